"use strict";

(() => {
  const MISSING = -32768;
  const ASSUMED_FPS = 30;
  const TURNTABLE_PITCH = 0.22;
  const UNIT_WORDS = { m: "metres", body_height: "body heights", bone_length: "mean bone lengths" };

  const byId = (id) => document.getElementById(id);
  const {
    clamp, measureScene, measureRegion, boneWidths, jointSizes, paint, readColours,
    openCanvas, drawFigure, fit, flatPoints, drawSolid, animation, limitOrbit, listenToOrbit,
    TURN_SPEED, UNIT_SHORT,
  } = figure;

  // ---- Data: from text to typed arrays ----

  function bytesOf(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  }

  /** Coordinates as floats, NaN where missing. */
  function unpack(packed, space) {
    const whole = new DataView(bytesOf(packed.data).buffer);
    const values = new Float32Array(whole.byteLength / 2);
    for (let i = 0; i < values.length; i++) {
      const stored = whole.getInt16(2 * i, true);
      const axis = i % space;
      values[i] = stored === MISSING ? NaN : (stored + 32767) * packed.step[axis] + packed.offset[axis];
    }
    return values;
  }

  function readViews() {
    const data = JSON.parse(byId("data").textContent);
    return data.views.map((raw) => {
      const view = {
        ...raw,
        fpsKnown: raw.fps !== null,
        fps: raw.fps ?? ASSUMED_FPS,
        positions: unpack(raw.positions, 3),
        keypoints: unpack(raw.keypoints, 2),
        scores: bytesOf(raw.scores),
        sigma: raw.sigma && unpack(raw.sigma, 1),
      };
      view.boneWidths = boneWidths(view);
      view.jointSizes = jointSizes(view);
      view.scene = measureScene(view);
      view.region = measureRegion(view);
      return view;
    });
  }

  // ---- Drawing: 2D ----

  function drawFlat(panel, frame, zoomed) {
    const { view } = panel;
    const { ctx, width, height } = openCanvas(panel.flat);
    const [imageWidth, imageHeight] = view.imageSize ?? [0, 0];
    const whole = { x: 0, y: 0, width: imageWidth, height: imageHeight };
    const region = zoomed || !view.imageSize ? view.region : whole;
    const place = fit(region, width, height);
    if (view.imageSize) drawImageFrame(ctx, place, whole);
    drawFigure(ctx, view, flatPoints(view, frame, place), view.imageSize ? "image" : "stage");
  }

  function drawImageFrame(ctx, place, image) {
    ctx.beginPath();
    ctx.roundRect(place.x, place.y, place.scale * image.width, place.scale * image.height, 3);
    ctx.fillStyle = paint.image;
    ctx.strokeStyle = paint.grid;
    ctx.lineWidth = 1;
    ctx.fill();
    ctx.stroke();
  }

  // ---- Panels ----

  const startOrbit = () => ({ yaw: 0, pitch: 0, zoom: 1 });

  function buildPanel(view) {
    const element = byId("panel").content.cloneNode(true).querySelector("article");
    const find = (selector) => element.querySelector(selector);
    const notes = element.querySelectorAll(".note");
    find("h2").textContent = view.title;
    facts(view).forEach(([name, value]) => addFact(find("dl"), name, value));
    notes[0].textContent = view.imageSize ? `${view.imageSize.join(" × ")} px` : "image size unknown";
    notes[1].textContent = `grid ${view.scene.cell} ${UNIT_SHORT[view.units] ?? view.units}`;
    element.setAttribute("aria-label", view.title);
    find(".flat").setAttribute("aria-label", `${view.title}: 2D input skeleton`);
    find(".solid").setAttribute("aria-label", `${view.title}: 3D skeleton; W A S D orbit, plus and minus zoom, 0 resets`);
    const { width, height } = view.imageSize ? { width: view.imageSize[0], height: view.imageSize[1] } : view.region;
    element.style.setProperty("--aspect", clamp(width / height, 0.6, 3));
    return { view, element, flat: find(".flat"), solid: find(".solid"), held: find(".held"), orbit: startOrbit() };
  }

  function facts(view) {
    const rate = view.fpsKnown ? `${trimmed(view.fps)} fps` : `unknown, ${ASSUMED_FPS} fps assumed`;
    const known = [
      ["File", view.file], ["Camera", view.camera], ["Person", view.person],
      ["Frames", String(view.frames)], ["Rate", rate], ["Units", UNIT_WORDS[view.units] ?? view.units],
    ];
    return known.filter(([name, value]) => value && value !== (name === "Camera" ? view.title : null));
  }

  function addFact(list, name, value) {
    const row = document.createElement("div");
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    text.textContent = value;
    row.append(term, text);
    list.append(row);
  }

  const trimmed = (number) => String(Number(number.toFixed(2)));

  // ---- State ----

  /** Views of different rate share the clock of the fastest. */
  function newState(views) {
    const fps = Math.max(...views.map((view) => view.fps));
    const frames = Math.max(...views.map((view) => Math.ceil(view.frames * fps / view.fps - 1e-6)));
    return { frame: 0, position: 0, frames, fps, playing: false, speed: 1, linked: true, mode: "camera", zoomed: false, unsure: false, orbits: [] };
  }

  function start() {
    const views = readViews();
    const state = newState(views);
    const panels = views.map(buildPanel);
    state.orbits = panels.map((panel) => panel.orbit);
    const refresh = animation(() => state.playing || state.mode === "turntable", draw);

    function draw(elapsed) {
      if (state.playing) moveTo((state.position + elapsed * state.speed * state.fps) % state.frames);
      if (state.mode === "turntable") for (const panel of panels) panel.orbit.yaw += TURN_SPEED * elapsed;
      panels.forEach(drawPanel);
    }

    function drawPanel(panel) {
      const frame = viewFrame(panel.view, state.frame);
      drawFlat(panel, frame, state.zoomed);
      drawSolid(panel, frame);
    }

    /** The view's own frame at the shared moment, and its last one afterwards. */
    function viewFrame(view, frame) {
      return Math.min(view.frames - 1, Math.floor(frame * view.fps / state.fps + 1e-6));
    }

    // -- time

    function moveTo(position) {
      state.position = clamp(position, 0, state.frames - 1e-6);
      const frame = Math.floor(state.position);
      if (frame !== state.frame) showFrame(frame);
    }

    function showFrame(frame) {
      state.frame = frame;
      const seconds = (frame / state.fps).toFixed(2);
      byId("slider").value = frame;
      byId("slider").setAttribute("aria-valuetext", `frame ${frame} of ${state.frames - 1}, ${seconds} seconds`);
      byId("frame").textContent = `Frame ${frame} / ${state.frames - 1}`;
      byId("time").textContent = `${seconds} s`;
      panels.forEach(showHeld);
    }

    function showHeld(panel) {
      const { view, held } = panel;
      held.hidden = state.frame * view.fps / state.fps + 1e-6 < view.frames;
      if (!held.hidden) held.textContent = `ended: last frame (${view.frames - 1}) held`;
    }

    function seek(frame) {
      const whole = Math.round(Number(frame));
      if (!Number.isFinite(whole)) return;
      moveTo(clamp(whole, 0, state.frames - 1));
      refresh();
    }

    function step(count) {
      play(false);
      seek(state.frame + count);
    }

    function play(on) {
      state.playing = on;
      byId("play").classList.toggle("playing", on);
      byId("play").setAttribute("aria-label", on ? "Pause" : "Play");
      refresh();
    }

    // -- orbit

    /** Change one panel's orbit, or all of them where they are linked. */
    function changeOrbit(panel, change) {
      for (const other of state.linked ? panels : [panel]) {
        change(other.orbit);
        limitOrbit(other.orbit);
      }
      refresh();
    }

    function orbitBy(panel, yaw, pitch) {
      if (state.mode === "camera") setMode("free");
      changeOrbit(panel, (orbit) => { orbit.yaw += yaw; orbit.pitch += pitch; });
    }

    function zoomBy(panel, factor) {
      changeOrbit(panel, (orbit) => { orbit.zoom *= factor; });
    }

    function resetOrbit(panel) {
      changeOrbit(panel, (orbit) => Object.assign(orbit, startOrbit()));
      if (panels.every(({ orbit }) => !orbit.yaw && !orbit.pitch)) setMode("camera");
    }

    /** "camera": as the camera saw it; "turntable": turning by itself; "free": after a drag. */
    function setMode(mode) {
      state.mode = mode;
      byId("camera-view").setAttribute("aria-pressed", mode === "camera");
      byId("turntable").setAttribute("aria-pressed", mode === "turntable");
      refresh();
    }

    function showCameraView() {
      for (const { orbit } of panels) Object.assign(orbit, { yaw: 0, pitch: 0 });
      setMode("camera");
    }

    function toggleTurntable() {
      if (state.mode === "turntable") return setMode("free");
      for (const { orbit } of panels) if (!orbit.pitch) orbit.pitch = TURNTABLE_PITCH;
      return setMode("turntable");
    }

    function toggleLink() {
      state.linked = !state.linked;
      byId("link").setAttribute("aria-pressed", state.linked);
      if (state.linked) for (const panel of panels) Object.assign(panel.orbit, lastTouched.orbit);
      refresh();
    }

    function toggleUncertainty() {
      state.unsure = !state.unsure;
      for (const panel of panels) panel.unsure = state.unsure;
      byId("uncertainty").setAttribute("aria-pressed", state.unsure);
      refresh();
    }

    function toggleZoom() {
      state.zoomed = !state.zoomed;
      byId("zoom").setAttribute("aria-pressed", state.zoomed);
      refresh();
    }

    // -- input

    let lastTouched = panels[0];

    function listenToTimeKeys(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.key === " " && target.matches("button, input[type=radio]")) return; // its own meaning
      if (event.key.startsWith("Arrow") && target.matches("input[type=radio]")) return;
      const far = event.shiftKey ? 10 : 1;
      const actions = {
        " ": () => play(!state.playing),
        ArrowLeft: () => step(-far), ArrowRight: () => step(far),
        Home: () => step(-state.frames), End: () => step(state.frames),
      };
      if (!actions[event.key]) return;
      event.preventDefault();
      actions[event.key]();
    }

    function listen() {
      const onClick = (id, action) => byId(id).addEventListener("click", action);
      onClick("play", () => play(!state.playing));
      onClick("back", () => step(-1));
      onClick("forward", () => step(1));
      onClick("camera-view", showCameraView);
      onClick("turntable", toggleTurntable);
      onClick("link", toggleLink);
      onClick("zoom", toggleZoom);
      onClick("uncertainty", toggleUncertainty);
      byId("slider").addEventListener("input", (event) => seek(event.target.value));
      for (const choice of document.getElementsByName("speed")) {
        choice.addEventListener("change", () => { state.speed = Number(choice.value); });
      }
      document.addEventListener("keydown", listenToTimeKeys);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); refresh(); });
      const resized = new ResizeObserver(refresh);
      for (const panel of panels) {
        resized.observe(panel.element);
        listenToOrbit(panel.solid, {
          touched: () => { lastTouched = panel; },
          orbitBy: (yaw, pitch) => orbitBy(panel, yaw, pitch),
          zoomBy: (factor) => zoomBy(panel, factor),
          reset: () => resetOrbit(panel),
        });
      }
    }

    // -- the page

    function showHeader() {
      const alone = views.length === 1;
      byId("heading").textContent = alone ? views[0].title : `${views.length} views`;
      document.title = `${alone ? views[0].title : `${views.length} views`} – canonpose report`;
      const guessed = views.some((view) => !view.fpsKnown) ? ` (${ASSUMED_FPS} fps assumed where unknown)` : "";
      byId("summary").textContent =
        `${state.frames} frames, ${(state.frames / state.fps).toFixed(1)} s at ${trimmed(state.fps)} fps${guessed}`;
    }

    readColours();
    showHeader();
    byId("slider").max = state.frames - 1;
    byId("slider").disabled = state.frames === 1;
    byId("link").hidden = views.length === 1;
    byId("uncertainty").hidden = views.every((view) => !view.sigma);
    byId("zoom").hidden = views.every((view) => !view.imageSize);
    byId("panels").classList.toggle("alone", views.length === 1);
    byId("panels").classList.toggle("many", views.length > 2);
    byId("panels").append(...panels.map((panel) => panel.element));
    showFrame(0);
    listen();
    panels.forEach(drawPanel);
    window.canonpose = { state, seek, ready: true };
  }

  try {
    start();
  } catch (error) {
    byId("trouble").hidden = false;
    byId("trouble").textContent = `This report cannot be shown (${error.message}). Write it again with canonpose report.`;
    console.error(error);
  }
})();
