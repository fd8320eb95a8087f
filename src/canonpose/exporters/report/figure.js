"use strict";

/** Skeletons on canvases, in 2D and 3D: what the pages of canonpose share.
 *
 * A view holds `joints`, `sides`, `bones`, `frames`, and arrays over frames and joints: `positions`,
 * `keypoints` (NaN where missing) and `scores` (0..255); and what is measured here: `scene`,
 * `region`, `boneWidths`, `jointSizes`.
 */
const figure = (() => {
  const SAMPLED_FRAMES = 400;
  const EYE_DISTANCE = 5; // in figure sizes: near enough for depth, far enough not to distort
  const TURN_SPEED = 0.5; // of the turntable, radians a second
  const MAX_PITCH = 1.55;
  const ON_PICTURE = { // where the ground is a photograph: bright in any scheme
    left: [86, 180, 233], right: [240, 145, 58], middle: [208, 211, 216], rim: "rgb(12 14 16 / 55%)",
  };
  const SIDE_COLOUR = { l: "left", r: "right", m: "middle" };

  const UNIT_SHORT = { m: "m", body_height: "body heights", bone_length: "bone lengths" };

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

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
    paint.picture = ON_PICTURE.rim;
    paint.mixes.clear();
  }

  function channels(hex) {
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  /** A colour fading into the ground. Opaque, so that overlapping strokes do not show through,
   *  unless the ground is a picture. */
  function mixed(name, ground, strength) {
    const level = Math.round(clamp(strength, 0, 1) * paint.levels);
    const key = `${name} ${ground} ${level}`;
    if (!paint.mixes.has(key)) {
      paint.mixes.set(key, mix(name, ground, level / paint.levels));
    }
    return paint.mixes.get(key);
  }
  function mix(name, ground, share) {
    if (ground === "picture") return `rgb(${ON_PICTURE[name].join(" ")} / ${share})`;
    const [near, far] = [channels(paint[name]), channels(paint[ground])];
    return `rgb(${near.map((value, i) => Math.round(value * share + far[i] * (1 - share))).join(",")})`;
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
    const figure = () => {
      if (panel.unsure) drawUncertainty(ctx, view, frame, points);
      drawFigure(ctx, view, points, "stage");
    };
    const ground = () => {
      drawGrid(ctx, view.scene, project);
      drawShadow(ctx, view, frame, project);
    };
    for (const draw of eyeUnderFloor ? [figure, ground] : [ground, figure]) draw();
    drawAxes(ctx, orbit, height);
  }

  /** Around every joint, where it lies with a probability of 68 %. */
  function drawUncertainty(ctx, view, frame, points) {
    ctx.lineWidth = 1;
    points.forEach((point, joint) => {
      const sigma = view.sigma?.[frame * view.joints.length + joint];
      if (!point || !(sigma > 0)) return;
      ctx.beginPath();
      ctx.arc(point.x, point.y, sigma * point.scale, 0, 2 * Math.PI);
      ctx.strokeStyle = mixed(SIDE_COLOUR[view.sides[joint]], "stage", 0.45);
      ctx.stroke();
    });
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

  // ---- Time ----

  /** A function that has `draw` called at the next screen refresh, once, however many things changed.
   *
   * While `moving` says so, it goes on by itself. `draw` is told the seconds since it was called
   * last while moving.
   */
  function animation(moving, draw) {
    let awaited = false;
    let previous = null;

    function refresh() {
      if (awaited) return;
      awaited = true;
      requestAnimationFrame(tick);
    }

    function tick(now) {
      awaited = false;
      const goesOn = moving();
      // After a pause in a hidden tab, go on where it was instead of leaping ahead.
      const elapsed = goesOn && previous !== null ? Math.min((now - previous) / 1000, 0.25) : 0;
      previous = goesOn ? now : null;
      draw(elapsed);
      if (goesOn) refresh();
    }

    return refresh;
  }

  // ---- Orbiting by hand ----

  function limitOrbit(orbit) {
    orbit.pitch = clamp(orbit.pitch, -MAX_PITCH, MAX_PITCH);
    orbit.zoom = clamp(orbit.zoom, 0.3, 8);
  }

  /** Pointer, wheel and keys of a 3D canvas, told to `actions`: touched, orbitBy, zoomBy, reset. */
  function listenToOrbit(canvas, actions) {
    listenToPointer(canvas, actions);
    listenToOrbitKeys(canvas, actions);
  }

  function listenToPointer(canvas, { touched, orbitBy, zoomBy, reset }) {
    const fingers = new Map();
    const spread = () => {
      const [a, b] = [...fingers.values()];
      return Math.hypot(a.x - b.x, a.y - b.y);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      touched();
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const gap = fingers.size === 2 ? spread() : 0;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (fingers.size === 2) zoomBy(spread() / Math.max(gap, 1));
      // As if the near side of the figure were held: it follows the hand.
      else orbitBy(-0.008 * (event.clientX - before.x), 0.008 * (event.clientY - before.y));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      touched();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      zoomBy(Math.exp(-0.0012 * clamp(event.deltaY * lines, -240, 240)));
    }, { passive: false });
    canvas.addEventListener("dblclick", reset);
  }

  function listenToOrbitKeys(canvas, { touched, orbitBy, zoomBy, reset }) {
    const actions = {
      a: () => orbitBy(0.1, 0), d: () => orbitBy(-0.1, 0),
      w: () => orbitBy(0, -0.1), s: () => orbitBy(0, 0.1),
      "+": () => zoomBy(1.1), "=": () => zoomBy(1.1), "-": () => zoomBy(1 / 1.1),
      0: reset,
    };
    canvas.addEventListener("keydown", (event) => {
      const action = actions[event.key.toLowerCase()];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      touched();
      action();
    });
  }

  return {
    clamp, measureScene, measureRegion, boneWidths, jointSizes, paint, readColours,
    openCanvas, drawFigure, fit, flatPoints, drawSolid, animation, limitOrbit, listenToOrbit,
    TURN_SPEED, UNIT_SHORT,
  };
})();
