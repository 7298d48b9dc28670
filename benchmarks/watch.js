// Probe: notes from outside when the pointer moved and when something was painted. Kinds: "move" with the
// event's own time; "drawn", another image in the card, and "settled", the same once more, with its
// measures; "near", the card's nearest image; "front", ring and pins; "points", of map or chart; "label", the
// chart's text at a point; "file", a fetched one.
(() => {
  // The event that the map hovers by: a browser that has the first one need not wait for the next frame.
  const MOVE = "onpointerrawupdate" in document ? "pointerrawupdate" : "pointermove";
  const log = []; // [kind, time] in the order of happening
  const listeners = new Set();
  const note = (kind, time = performance.now()) => {
    log.push([kind, time]);
    listeners.forEach((listener) => listener(kind, time));
  };
  const frame = () => new Promise(requestAnimationFrame);

  /** Milliseconds from the next pointer event to the first painting of a kind after it; null for none. */
  const answer = (wanted) =>
    new Promise((resolve) => {
      let moved = null;
      const finish = (milliseconds) => {
        listeners.delete(listener);
        resolve(milliseconds);
      };
      const listener = (kind, time) => {
        if (kind === "move") moved = time;
        if (kind === wanted && moved !== null) finish(time - moved);
      };
      listeners.add(listener);
      setTimeout(() => finish(null), 3000);
    });

  /** Frames a second in which the points were repainted, and frames a second in all. */
  const frames = async (seconds) => {
    let [all, painted, isNew] = [0, 0, false];
    const listener = (kind) => (isNew ||= kind === "points");
    listeners.add(listener);
    const start = await frame();
    let end = start;
    while (end - start < seconds * 1000) {
      isNew = false;
      end = await frame();
      all += 1;
      painted += isNew;
    }
    listeners.delete(listener);
    return [painted, all].map((count) => (1000 * count) / (end - start));
  };

  /** The pointer goes round and round over the map, by events made here. */
  const circle = (stage, seconds, pause) => {
    const box = stage.getBoundingClientRect();
    let turn = 0;
    const timer = setInterval(() => {
      turn += 0.2;
      const clientX = box.left + box.width * (0.5 + 0.3 * Math.cos(turn));
      const clientY = box.top + box.height * (0.5 + 0.3 * Math.sin(turn));
      const kind = { bubbles: true, composed: true, pointerType: "mouse" };
      stage.dispatchEvent(new PointerEvent(MOVE, { ...kind, clientX, clientY }));
    }, pause);
    setTimeout(() => clearInterval(timer), seconds * 1000);
  };

  /** Watch the chart's labels, once there is a chart. */
  const labels = () =>
    new MutationObserver(() => document.querySelector(".hoverlayer .hovertext") && note("label")).observe(
      document.querySelector(".hoverlayer"),
      { childList: true, subtree: true },
    );

  new PerformanceObserver(() => note("file")).observe({ type: "resource" });

  // When the points can have been seen: in the frame after the one that painted them first.
  const seen = new Promise((resolve) => {
    const listener = (kind) => {
      if (kind !== "points") return;
      listeners.delete(listener);
      frame().then(frame).then(resolve);
    };
    listeners.add(listener);
  });

  const after = (type, method, act) => {
    const original = type.prototype[method];
    type.prototype[method] = function (...args) {
      const result = original.apply(this, args);
      act(this, args);
      return result;
    };
  };
  let before = [];
  const noteDrawn = ({ data }, time = performance.now()) => {
    note(data.every((value, i) => value === before[i]) ? "settled" : "drawn", time);
    before = data;
  };
  after(CanvasRenderingContext2D, "putImageData", ({ canvas }, [image]) => {
    if (canvas.classList?.contains("lm-points")) note("points");
    const pictures = [...(canvas.closest?.(".lm-card")?.querySelectorAll("canvas") ?? [])];
    if (canvas === pictures[0]) noteDrawn(image);
    if (canvas === pictures[1]) note("near");
  });
  // The front is cleared and then drawn at one go: all of it is there when the microtasks' turn comes.
  after(CanvasRenderingContext2D, "clearRect", ({ canvas }) => {
    if (canvas.classList?.contains("lm-front")) queueMicrotask(() => note("front"));
  });
  for (const method of ["drawArrays", "drawElements"])
    after(WebGLRenderingContext, method, (gl, [mode]) => mode === gl.POINTS && note("points"));
  addEventListener(
    MOVE,
    (event) => {
      const classes = event.composedPath().flatMap(({ classList }) => [...(classList ?? [])]);
      if (!classes.includes("lm-stage") && !classes.includes("nsewdrag")) return;
      note("move", event.timeStamp);
    },
    true,
  );
  window.watch = { log, answer, frames, circle, labels, seen };
})();
