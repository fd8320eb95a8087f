
(() => {
  const RECENT = 90; // poses by which the 3D view is laid out
  const MEASURED_EVERY = 10; // poses
  const EASE = 0.25; // of the way to a new layout, so that the view does not jump
  const RETRY = 1000; // ms between two questions to a server that does not answer
  const QUICK = 500; // ms; an empty answer that comes earlier is not the server's patience
  const VIEWS = {
    "camera-view": { yaw: 0, pitch: 0 },
    "side-view": { yaw: 0.75, pitch: 0.2 },
    turntable: { pitch: 0.2 },
  };

  const {
    clamp, measureScene, measureRegion, boneWidths, jointSizes, readColours,
    openCanvas, drawFigure, fit, flatPoints, drawSolid, animation, limitOrbit, listenToOrbit,
    TURN_SPEED, UNIT_SHORT,
  } = figure;
  const byId = (id) => document.getElementById(id);
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const nextScreen = () => new Promise(requestAnimationFrame);

  // ---- The recent poses, in the arrays that the figure's drawing reads ----

  function newView(facts) {
    const joints = facts.joints.length;
    const view = {
      ...facts, frames: RECENT, imageSize: null,
      positions: new Float32Array(RECENT * joints * 3).fill(NaN),
      keypoints: new Float32Array(RECENT * joints * 2).fill(NaN),
      scores: new Uint8Array(RECENT * joints),
    };
    return Object.assign(view, measures(view));
  }

  function measures(view) {
    const widths = boneWidths(view);
    return {
      boneWidths: widths, jointSizes: jointSizes({ ...view, boneWidths: widths }),
      scene: measureScene(view), region: measureRegion(view),
    };
  }

  /** Write one person into a frame of the view; null is nobody. */
  function fill(view, frame, message) {
    const put = (array, values, size, missing) => {
      const start = frame * view.joints.length * size;
      for (let i = 0; i < view.joints.length * size; i++) array[start + i] = values?.[i] ?? missing;
    };
    put(view.positions, message.positions, 3, NaN);
    put(view.keypoints, message.keypoints, 2, NaN);
    put(view.scores, message.scores?.map((score) => Math.ceil(255 * score)), 1, 0);
  }

  /** A step towards the layout that fits the recent poses; the first ones set it. */
  function layOut(view, poses) {
    const wanted = measures(view);
    const share = poses <= MEASURED_EVERY ? 1 : EASE;
    for (const part of ["scene", "region"]) {
      for (const [name, value] of Object.entries(wanted[part])) {
        if (name !== "cell") wanted[part][name] = view[part][name] + share * (value - view[part][name]);
      }
    }
    Object.assign(view, wanted);
  }

  // ---- Messages: a length, JSON, JPEG ----

  async function read(response) {
    const bytes = await response.arrayBuffer();
    const length = new DataView(bytes).getUint32(0, true);
    const message = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
    const jpeg = new Uint8Array(bytes, 4 + length);
    message.picture = jpeg.length ? await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" })) : null;
    return message;
  }

  function start() {
    const view = newView(JSON.parse(byId("data").textContent));
    const panel = { view, solid: byId("solid"), orbit: { ...VIEWS["side-view"], zoom: 1 } };
    const state = { drawn: 0, poses: 0, frame: 0, number: -1, mode: "side-view", connected: false, ended: null, picture: null, orbit: panel.orbit, timing: null };
    // For changes between two pictures.
    const refresh = animation(() => state.mode === "turntable", turn);

    // -- drawing

    function draw() {
      drawPicture();
      drawSolid(panel, state.frame);
    }

    function drawPicture() {
      const { ctx, width, height } = openCanvas(byId("flat"));
      if (!state.picture) return;
      const [imageWidth, imageHeight] = view.imageSize;
      const place = fit({ x: 0, y: 0, width: imageWidth, height: imageHeight }, width, height);
      ctx.drawImage(state.picture, place.x, place.y, place.scale * imageWidth, place.scale * imageHeight);
      drawFigure(ctx, view, flatPoints(view, state.frame, place), "picture");
    }

    function turn(elapsed) {
      panel.orbit.yaw += TURN_SPEED * elapsed;
      draw();
    }

    function show(message) {
      if (message.picture) {
        state.picture?.close();
        state.picture = message.picture;
        setImageSize(message.imageSize);
        byId("size").textContent = `${message.imageSize.join(" × ")} px, ${message.time.toFixed(2)} s`;
      }
      take(message);
      draw();
      state.drawn += 1;
      showTiming(message.timing);
      state.ended = message.ended;
      showStatus();
    }

    /** The picture's half of the panel is as wide as its shape deserves. */
    function setImageSize(size) {
      if (String(view.imageSize) === String(size)) return;
      view.imageSize = size;
      byId("stages").style.setProperty("--share", `${clamp(size[0] / size[1], 0.7, 1.5)}fr`);
    }

    function take(message) {
      const someone = Boolean(message.keypoints);
      state.number = message.number;
      state.frame = (state.frame + 1) % RECENT;
      fill(view, state.frame, message);
      byId("nobody").hidden = someone || !state.picture;
      if (!someone) return;
      state.poses += 1;
      if (state.poses <= MEASURED_EVERY || state.poses % MEASURED_EVERY === 0) layOut(view, state.poses);
      byId("grid").textContent = `grid ${view.scene.cell} ${UNIT_SHORT[view.units] ?? view.units}`;
    }

    function showTiming(timing) {
      state.timing = timing;
      const whole = (value) => (value === null ? "–" : value < 10 ? value.toFixed(1) : String(Math.round(value)));
      byId("fps").textContent = timing.fps.toFixed(1);
      for (const name of ["screen", "lifted", "detection", "lifting"]) byId(name).textContent = whole(timing[name]);
      byId("dropped").textContent = timing.dropped;
      byId("captured").textContent = timing.seen + timing.dropped;
    }

    function showStatus() {
      const running = state.connected && !state.ended && state.drawn > 0;
      const words = !state.connected ? "canonpose does not answer; the last picture is kept"
        : state.ended ? `${state.ended}`.replace(/\.?$/, ".") + " The last picture is kept."
          : running ? `running, ${view.detector}` : "waiting for the first picture";
      byId("status").textContent = words;
      byId("status").className = `status ${running ? "running" : !state.connected || state.ended ? "lost" : ""}`;
    }

    // -- the server

    /** Ask for what is newer than what is drawn, draw it, and say so with the next question. */
    async function follow() {
      let after = -1, drawn = -1;
      for (;;) {
        const asked = performance.now();
        try {
          const response = await fetch(`next?after=${after}&drawn=${drawn}`, { cache: "no-store" });
          if (!response.ok) throw new Error(`the server answers ${response.status}`);
          drawn = -1;
          if (!state.connected) { state.connected = true; showStatus(); }
          if (response.status === 204) {
            if (performance.now() - asked < QUICK) await sleep(QUICK);
            continue;
          }
          const message = await read(response);
          await nextScreen();
          show(message);
          after = drawn = message.number;
        } catch (error) {
          state.connected = false;
          showStatus();
          after = drawn = -1; // whoever answers next may count from 0 again
          await sleep(RETRY);
        }
      }
    }

    // -- the 3D view

    function setView(mode) {
      state.mode = mode;
      for (const name of Object.keys(VIEWS)) byId(name).setAttribute("aria-pressed", name === mode);
      Object.assign(panel.orbit, VIEWS[mode]);
      refresh();
    }

    function orbitBy(yaw, pitch) {
      setView(null);
      panel.orbit.yaw += yaw;
      panel.orbit.pitch += pitch;
      limitOrbit(panel.orbit);
    }

    function zoomBy(factor) {
      panel.orbit.zoom *= factor;
      limitOrbit(panel.orbit);
      refresh();
    }

    function listen() {
      for (const name of Object.keys(VIEWS)) byId(name).addEventListener("click", () => setView(name));
      const reset = () => { panel.orbit.zoom = 1; setView("side-view"); };
      listenToOrbit(panel.solid, { touched: () => {}, orbitBy, zoomBy, reset });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); refresh(); });
      const resized = new ResizeObserver(refresh);
      for (const id of ["flat", "solid"]) resized.observe(byId(id));
    }

    readColours();
    byId("heading").textContent = view.source;
    document.title = `${view.source} – canonpose live`;
    listen();
    draw();
    window.canonpose = { state, view };
    follow();
  }

  try {
    start();
  } catch (error) {
    byId("trouble").hidden = false;
    byId("trouble").textContent = `This page cannot be shown (${error.message}).`;
    console.error(error);
  }
})();
