"use strict";

(() => {
  const MISSING = -32768;
  const ASSUMED_FPS = 30;
  const SAMPLED_FRAMES = 400;
  const EYE_DISTANCE = 5; // in figure sizes: near enough for depth, far enough not to distort
  const TURN_SPEED = 0.5; // radians a second
  const TURNTABLE_PITCH = 0.22;
  const MAX_PITCH = 1.55;
  const SIDE_COLOUR = { l: "left", r: "right", m: "middle" };
  const UNIT_WORDS = { m: "metres", body_height: "body heights", bone_length: "mean bone lengths" };
  const UNIT_SHORT = { m: "m", body_height: "body heights", bone_length: "bone lengths" };

  const byId = (id) => document.getElementById(id);
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

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
      };
      view.boneWidths = boneWidths(view);
      view.jointSizes = jointSizes(view);
      view.scene = measureScene(view);
      view.region = measureRegion(view);
      return view;
    });
  }

  // ---- Measures of a whole take, from a sample of its frames ----

  function sampledFrames(view) {
    const step = Math.max(1, Math.floor(view.frames / SAMPLED_FRAMES));
    const frames = [];
    for (let frame = 0; frame < view.frames; frame += step) frames.push(frame);
    return frames;
  }

  /** A quantile, so that a few wild frames do not shrink all others; `fallback` if none. */
  function quantile(values, share, fallback) {
    const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
    return finite.length ? finite[Math.round(share * (finite.length - 1))] : fallback;
  }

  /** Short bones (face, toes) are drawn thinner than long ones: one factor a bone. */
  function boneWidths(view) {
    const frames = sampledFrames(view);
    const joints = view.joints.length;
    const lengths = view.bones.map(([from, to]) => {
      const seen = frames.map((frame) => {
        const a = 3 * (frame * joints + from);
        const b = 3 * (frame * joints + to);
        const p = view.positions;
        return Math.hypot(p[a] - p[b], p[a + 1] - p[b + 1], p[a + 2] - p[b + 2]);
      });
      return quantile(seen, 0.5, 0);
    });
    const long = quantile(lengths, 0.8, 1) || 1;
    return lengths.map((length) => clamp(Math.sqrt(length / long), 0.4, 1));
  }

  /** Where the figure's centre, extent and feet are, for a 3D view that does not jump. */
  function measureScene(view) {
    const tops = [], bottoms = [], reaches = [];
    for (const frame of sampledFrames(view)) {
      let top = Infinity, bottom = -Infinity, reach = -Infinity;
      for (let joint = 0; joint < view.joints.length; joint++) {
        const at = 3 * (frame * view.joints.length + joint);
        const [x, y, z] = [view.positions[at], view.positions[at + 1], view.positions[at + 2]];
        if (Number.isNaN(x)) continue;
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
        reach = Math.max(reach, Math.hypot(x, z));
      }
      tops.push(top);
      bottoms.push(bottom);
      reaches.push(reach);
    }
    const top = quantile(tops, 0.02, -1);
    const bottom = quantile(bottoms, 0.98, 1);
    const half = Math.max((bottom - top) / 2, 1e-6);
    const reach = Math.max(quantile(reaches, 0.98, half), half / 4);
    return {
      centre: (top + bottom) / 2, half, reach,
      floor: quantile(bottoms, 0.9, 1),
      eye: EYE_DISTANCE * Math.max(half, reach),
      cell: roundStep(half / 2),
    };
  }

  /** 1, 2 or 5 times a power of ten, nearest to the wish. */
  function roundStep(wish) {
    const power = 10 ** Math.floor(Math.log10(wish));
    const steps = [1, 2, 5, 10].map((factor) => factor * power);
    return steps.reduce((best, step) => (Math.abs(step - wish) < Math.abs(best - wish) ? step : best));
  }

  /** The part of the image in which the person moves: {x, y, width, height} in pixels. */
  function measureRegion(view) {
    const xs = [], ys = [];
    for (const frame of sampledFrames(view)) {
      for (let joint = 0; joint < view.joints.length; joint++) {
        const index = frame * view.joints.length + joint;
        if (!view.scores[index]) continue;
        xs.push(view.keypoints[2 * index]);
        ys.push(view.keypoints[2 * index + 1]);
      }
    }
    const [left, right] = [quantile(xs, 0.002, 0), quantile(xs, 0.998, 1)];
    const [top, bottom] = [quantile(ys, 0.002, 0), quantile(ys, 0.998, 1)];
    const margin = 0.08 * Math.max(right - left, bottom - top, 1);
    return {
      x: left - margin, y: top - margin,
      width: right - left + 2 * margin, height: bottom - top + 2 * margin,
    };
  }

  // ---- Colours: from the style sheet, so that light and dark live in one place ----

  const paint = { levels: 24, mixes: new Map() };

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["left", "right", "middle", "stage", "image", "line", "grid", "quiet"]) {
      paint[name] = style.getPropertyValue(`--${name}`).trim();
    }
    paint.mixes.clear();
  }

  function channels(hex) {
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  /** A colour fading into the ground. Opaque, so that overlapping strokes do not show through. */
  function mixed(name, ground, strength) {
    const level = Math.round(clamp(strength, 0, 1) * paint.levels);
    const key = `${name} ${ground} ${level}`;
    if (!paint.mixes.has(key)) {
      const [near, far] = [channels(paint[name]), channels(paint[ground])];
      const share = level / paint.levels;
      const rgb = near.map((value, i) => Math.round(value * share + far[i] * (1 - share)));
      paint.mixes.set(key, `rgb(${rgb.join(",")})`);
    }
    return paint.mixes.get(key);
  }

  // ---- Drawing: what 2D and 3D share ----

  /** The canvas cleared, at the screen's resolution, with its size in CSS pixels. */
  function openCanvas(canvas) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    const [fullWidth, fullHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== fullWidth || canvas.height !== fullHeight) {
      canvas.width = fullWidth;
      canvas.height = fullHeight;
    }
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    return { ctx, width, height };
  }

  function line(ctx, x1, y1, x2, y2) {
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
  }

  function sideOf(view, [from, to]) {
    return view.sides[to] === "m" ? view.sides[from] : view.sides[to];
  }

  /** Bones and joints, the far ones first.
   *
   * `points` holds {x, y, depth, width, strength} a joint, null where there is nothing to draw.
   */
  function drawFigure(ctx, view, points, ground) {
    const items = [];
    view.bones.forEach((bone, index) => {
      const [a, b] = [points[bone[0]], points[bone[1]]];
      if (a && b) items.push({ depth: (a.depth + b.depth) / 2, bone, a, b, thin: view.boneWidths[index] });
    });
    points.forEach((point, joint) => {
      // A little nearer than its bones, so that these do not cover it.
      if (point) items.push({ depth: point.depth - view.scene.half / 10, joint, a: point });
    });
    items.sort((one, other) => other.depth - one.depth);
    for (const item of items) {
      if (item.bone) drawBone(ctx, view, item, ground);
      else drawJoint(ctx, view, item, ground);
    }
  }

  /** A stroke with a rim in the ground's colour: where limbs cross, one sees which is nearer. */
  function drawBone(ctx, view, { bone, a, b, thin }, ground) {
    const width = thin * (a.width + b.width) / 2;
    drawRim(ctx, a, b, width, ground);
    ctx.lineCap = "round";
    ctx.strokeStyle = mixed(SIDE_COLOUR[sideOf(view, bone)], ground, Math.min(a.strength, b.strength));
    ctx.lineWidth = width;
    line(ctx, a.x, a.y, b.x, b.y);
  }

  /** The rim ends short of the joints, or it would bite into the neighbouring bones. */
  function drawRim(ctx, a, b, width, ground) {
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    const kept = 1.3 * Math.max(a.width, b.width) / Math.max(length, 1e-6);
    if (kept > 0.45) return;
    const [dx, dy] = [kept * (b.x - a.x), kept * (b.y - a.y)];
    ctx.lineCap = "butt";
    ctx.strokeStyle = paint[ground];
    ctx.lineWidth = width + 3.5;
    line(ctx, a.x + dx, a.y + dy, b.x - dx, b.y - dy);
  }

  function drawJoint(ctx, view, { joint, a }, ground) {
    ctx.fillStyle = mixed(SIDE_COLOUR[view.sides[joint]], ground, a.strength);
    ctx.beginPath();
    ctx.arc(a.x, a.y, 0.72 * a.width * view.jointSizes[joint], 0, 2 * Math.PI);
    ctx.fill();
  }

  /** A joint is as large as the widest bone that meets it. */
  function jointSizes(view) {
    return view.joints.map((_, joint) => {
      const meeting = view.boneWidths.filter((_, index) => view.bones[index].includes(joint));
      return meeting.length ? Math.max(...meeting) : 0.6;
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

  /** The scale and shift that centre a part of the image in the canvas, below the caption. */
  function fit(region, width, height) {
    const [side, top, bottom] = [14, 32, 14];
    const scale = Math.min((width - 2 * side) / region.width, (height - top - bottom) / region.height);
    return {
      scale,
      x: width / 2 - scale * (region.x + region.width / 2),
      y: top + (height - top - bottom) / 2 - scale * (region.y + region.height / 2),
    };
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

  function flatPoints(view, frame, place) {
    const width = clamp(place.scale * view.region.height * 0.018, 2.2, 8);
    return view.joints.map((_, joint) => {
      const index = frame * view.joints.length + joint;
      const score = view.scores[index] / 255;
      const [x, y] = [view.keypoints[2 * index], view.keypoints[2 * index + 1]];
      if (!score || Number.isNaN(x)) return null;
      return {
        x: place.x + place.scale * x, y: place.y + place.scale * y,
        depth: 0, width, strength: 0.15 + 0.85 * score,
      };
    });
  }

  // ---- Drawing: 3D ----

  /** Turn about the vertical, then tilt; y stays down and z away, as in the camera's frame. */
  function turned(orbit, x, y, z) {
    const [cy, sy] = [Math.cos(orbit.yaw), Math.sin(orbit.yaw)];
    const [cp, sp] = [Math.cos(orbit.pitch), Math.sin(orbit.pitch)];
    const across = cy * x + sy * z;
    const away = cy * z - sy * x;
    return [across, cp * y - sp * away, sp * y + cp * away];
  }

  /** A function from the camera's frame to the canvas: {x, y, depth, scale}. */
  function projector(scene, orbit, width, height) {
    const margin = 1 - scene.reach / scene.eye; // the near side looks larger
    const pixels = orbit.zoom * margin
      * Math.min((0.5 * height - 30) / scene.half, (0.5 * width - 16) / scene.reach);
    return (x, y, z) => {
      const [across, down, away] = turned(orbit, x, y - scene.centre, z);
      const scale = pixels * scene.eye / (scene.eye + away);
      return { x: width / 2 + scale * across, y: height / 2 + 6 + scale * down, depth: away, scale };
    };
  }

  function drawSolid(panel, frame) {
    const { view, orbit } = panel;
    const { ctx, width, height } = openCanvas(panel.solid);
    const project = projector(view.scene, orbit, width, height);
    const points = solidPoints(view, frame, project);
    const eyeUnderFloor = Math.sin(orbit.pitch) * view.scene.eye < view.scene.centre - view.scene.floor;
    const figure = () => drawFigure(ctx, view, points, "stage");
    const ground = () => {
      drawGrid(ctx, view.scene, project);
      drawShadow(ctx, view, frame, project);
    };
    for (const draw of eyeUnderFloor ? [figure, ground] : [ground, figure]) draw();
    drawAxes(ctx, orbit, height);
  }

  function solidPoints(view, frame, project) {
    const { half, eye } = view.scene;
    return view.joints.map((_, joint) => {
      const index = frame * view.joints.length + joint;
      const at = 3 * index;
      if (Number.isNaN(view.positions[at])) return null;
      const point = project(view.positions[at], view.positions[at + 1], view.positions[at + 2]);
      const haze = 1 - clamp(1.2 * point.depth / eye, 0, 0.2);
      point.width = Math.max(2, point.scale * half * 0.038);
      point.strength = haze * (0.3 + 0.7 * view.scores[index] / 255);
      return point;
    });
  }

  /** A round patch of grid under the figure, fading outwards. */
  function drawGrid(ctx, { cell, half, floor }, project) {
    const parts = 4; // of a cell: short strokes, so that the fading looks even
    const cells = Math.ceil(1.5 * half / cell);
    const ends = cells * cell;
    ctx.lineWidth = 1;
    ctx.lineCap = "butt";
    for (let i = -cells; i <= cells; i++) {
      for (let j = -cells * parts; j < cells * parts; j++) {
        const [fixed, from, to] = [i * cell, j * cell / parts, (j + 1) * cell / parts];
        const outwards = Math.hypot(fixed, (from + to) / 2) / ends;
        if (outwards >= 1) continue;
        ctx.strokeStyle = mixed("grid", "stage", 0.9 * (1 - outwards ** 2));
        strokeBetween(ctx, project(fixed, floor, from), project(fixed, floor, to));
        strokeBetween(ctx, project(from, floor, fixed), project(to, floor, fixed));
      }
    }
  }

  function strokeBetween(ctx, a, b) {
    line(ctx, a.x, a.y, b.x, b.y);
  }

  /** The figure's bones flattened onto the grid: shows where the feet stand. */
  function drawShadow(ctx, view, frame, project) {
    const ground = (joint) => {
      const at = 3 * (frame * view.joints.length + joint);
      return project(view.positions[at], view.scene.floor, view.positions[at + 2]);
    };
    ctx.lineCap = "round";
    ctx.strokeStyle = mixed("grid", "stage", 0.6);
    view.bones.forEach(([from, to], index) => {
      const [a, b] = [ground(from), ground(to)];
      if (Number.isNaN(a.x) || Number.isNaN(b.x)) return;
      ctx.lineWidth = Math.max(1.5, a.scale * view.scene.half * 0.03 * view.boneWidths[index]);
      strokeBetween(ctx, a, b);
    });
  }

  /** The camera's axes, small, in the corner. */
  function drawAxes(ctx, orbit, height) {
    const [x0, y0, length] = [34, height - 34, 17];
    ctx.lineWidth = 1.5;
    ctx.lineCap = "round";
    ctx.strokeStyle = paint.quiet;
    ctx.fillStyle = paint.quiet;
    ctx.font = "11px system-ui, sans-serif";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const [name, axis] of Object.entries({ x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] })) {
      const [right, down] = turned(orbit, ...axis);
      line(ctx, x0, y0, x0 + length * right, y0 + length * down);
      const seen = Math.hypot(right, down);
      // An axis that points straight at the reader has no end: its name goes beside the origin.
      const [lx, ly] = seen > 0.25 ? [right * (1 + 0.5 / seen), down * (1 + 0.5 / seen)] : [-0.55, -0.55];
      ctx.fillText(name, x0 + length * lx, y0 + length * ly);
    }
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
    return { frame: 0, position: 0, frames, fps, playing: false, speed: 1, linked: true, mode: "camera", zoomed: false, orbits: [] };
  }

  function start() {
    const views = readViews();
    const state = newState(views);
    const panels = views.map(buildPanel);
    state.orbits = panels.map((panel) => panel.orbit);
    let awaited = false;
    let previous = null;

    /** Draw at the next screen refresh, once, however many things changed. */
    function refresh() {
      if (awaited) return;
      awaited = true;
      requestAnimationFrame(tick);
    }

    function tick(now) {
      awaited = false;
      const moving = state.playing || state.mode === "turntable";
      // After a pause in a hidden tab, go on where it was instead of leaping ahead.
      const elapsed = moving && previous !== null ? Math.min((now - previous) / 1000, 0.25) : 0;
      previous = moving ? now : null;
      if (state.playing) moveTo((state.position + elapsed * state.speed * state.fps) % state.frames);
      if (state.mode === "turntable") for (const panel of panels) panel.orbit.yaw += TURN_SPEED * elapsed;
      panels.forEach(drawPanel);
      if (moving) refresh();
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
        other.orbit.pitch = clamp(other.orbit.pitch, -MAX_PITCH, MAX_PITCH);
        other.orbit.zoom = clamp(other.orbit.zoom, 0.3, 8);
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

    function toggleZoom() {
      state.zoomed = !state.zoomed;
      byId("zoom").setAttribute("aria-pressed", state.zoomed);
      refresh();
    }

    // -- input

    let lastTouched = panels[0];

    function listenToPointer(panel) {
      const canvas = panel.solid;
      const fingers = new Map();
      const spread = () => {
        const [a, b] = [...fingers.values()];
        return Math.hypot(a.x - b.x, a.y - b.y);
      };
      canvas.addEventListener("pointerdown", (event) => {
        if (event.pointerType === "mouse" && event.button !== 0) return;
        lastTouched = panel;
        canvas.setPointerCapture(event.pointerId);
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      });
      canvas.addEventListener("pointermove", (event) => {
        const before = fingers.get(event.pointerId);
        if (!before) return;
        const gap = fingers.size === 2 ? spread() : 0;
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (fingers.size === 2) zoomBy(panel, spread() / Math.max(gap, 1));
        // As if the near side of the figure were held: it follows the hand.
        else orbitBy(panel, -0.008 * (event.clientX - before.x), 0.008 * (event.clientY - before.y));
      });
      for (const end of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
      }
      canvas.addEventListener("wheel", (event) => {
        event.preventDefault();
        lastTouched = panel;
        const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
        zoomBy(panel, Math.exp(-0.0012 * clamp(event.deltaY * lines, -240, 240)));
      }, { passive: false });
      canvas.addEventListener("dblclick", () => resetOrbit(panel));
    }

    function listenToOrbitKeys(panel) {
      const actions = {
        a: () => orbitBy(panel, 0.1, 0), d: () => orbitBy(panel, -0.1, 0),
        w: () => orbitBy(panel, 0, -0.1), s: () => orbitBy(panel, 0, 0.1),
        "+": () => zoomBy(panel, 1.1), "=": () => zoomBy(panel, 1.1), "-": () => zoomBy(panel, 1 / 1.1),
        0: () => resetOrbit(panel),
      };
      panel.solid.addEventListener("keydown", (event) => {
        const action = actions[event.key.toLowerCase()];
        if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
        lastTouched = panel;
        action();
      });
    }

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
      byId("slider").addEventListener("input", (event) => seek(event.target.value));
      for (const choice of document.getElementsByName("speed")) {
        choice.addEventListener("change", () => { state.speed = Number(choice.value); });
      }
      document.addEventListener("keydown", listenToTimeKeys);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); refresh(); });
      const resized = new ResizeObserver(refresh);
      for (const panel of panels) {
        resized.observe(panel.element);
        listenToPointer(panel);
        listenToOrbitKeys(panel);
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
