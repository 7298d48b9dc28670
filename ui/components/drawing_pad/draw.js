/** Drawing pad: draw an image, or open a picture. */
import { button, element, figure, oncePerFrame, say } from "../shared/dom.js";
import { SIDE } from "../shared/pixels.js";
import { fitted, normalised, withoutEdges, withoutPaper } from "./normalise.js";
import { readPicture } from "./open.js";
import { InkCanvas, PAPER, Paper, SCALE } from "./paper.js";
/** @import { Point } from "../shared/view.js" */
/** @import { Layer } from "./paper.js" */

const PEN = 3; // pixels of the image: over two thirds of the pad, a digit then has as much ink as MNIST's
const ERASER = 1.5; // times as wide as the pen, so that it leaves no seam along the same line
const SEEN = "What the encoder sees";
const ERASER_BUTTON = 32; // of PointerEvent.buttons: the other end of a pen

/** @typedef {Uint8Array | null} Image 784 bytes, light on dark; null where there is no ink */
/**
 * @typedef {object} Handlers
 * @property {(image: Image) => void} onImage while a stroke moves, once per frame at most
 * @property {(image: Image) => void} onCommit after a stroke, Undo, Clear, a picture, or another scaling
 */

export class Pad {
  /**
   * @param {HTMLElement} host where the pad is appended, in a document or shadow root with draw.css
   * @param {Handlers} handlers
   */
  constructor(host, handlers) {
    this.handlers = handlers;
    this.paper = new Paper();
    this.seen = new InkCanvas(SIDE, SIDE, { class: "seen", role: "img", "aria-label": SEEN });
    this.figures = element("div", { class: "pad-figures" }, seenFigure(this.seen.canvas));
    this.problem = element("p", { class: "pad-problem", role: "alert" });
    this.width = element("input", { type: "range", min: 1, max: 6, step: 0.1, value: PEN });
    this.centres = element("input", { type: "checkbox", checked: true, change: () => this.rescale() });
    this.pen = padButton("Pen", () => this.choose(false));
    this.eraser = padButton("Eraser", () => this.choose(true));
    this.element = this.build();
    /** @type {Image} */
    this.image = null;
    /** @type {Image} image from elsewhere, returned as it is until the scaling is changed */
    this.given = null;
    /** @type {number | null} id of the pointer that draws */
    this.pointer = null;
    this.asked = 0; // pictures so far; only the last is shown
    this.showSoon = oncePerFrame(() => {
      this.show();
      handlers.onImage(this.image);
    });
    this.choose(false);
    this.listen();
    host.append(this.element);
  }

  build() {
    const undo = padButton("Undo", () => this.undo());
    const clear = padButton("Clear", () => this.paper.top && this.add(null));
    const attributes = { class: "pad-row", role: "group", "aria-label": "Tool" };
    const tools = element(
      "div",
      { class: "pad-tools" },
      element("div", attributes, this.pen, this.eraser),
      element("label", { class: "pad-row" }, "Pen width", this.width),
      element("div", { class: "pad-row" }, undo, clear),
      this.fileButton(),
      element("label", { class: "pad-row" }, this.centres, "Scale and centre as MNIST does"),
      this.problem,
    );
    const pad = { class: "pad", role: "group", "aria-label": "Drawing pad" };
    return element("div", pad, this.paper.canvas, this.figures, tools);
  }

  fileButton() {
    const input = element("input", { type: "file", accept: "image/*", class: "pad-file" });
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) this.open(file);
      input.value = ""; // the same file can be chosen again
    });
    return element("label", { class: "pad-button" }, input, "Picture from a file");
  }

  listen() {
    const { canvas } = this.paper;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      canvas.addEventListener(name, (event) => this.end(event));
    }
    this.element.addEventListener("keydown", (event) => this.press(event));
    // The colours follow the page's theme: at its change, or when the pad is shown after it was hidden.
    canvas.addEventListener("transitionend", () => this.recolour());
    this.shown = new ResizeObserver(() => this.recolour());
    this.shown.observe(canvas);
  }

  /** @param {boolean} erases */
  choose(erases) {
    this.erases = erases;
    this.pen.setAttribute("aria-pressed", String(!erases));
    this.eraser.setAttribute("aria-pressed", String(erases));
  }

  /** @param {PointerEvent} event */
  begin(event) {
    const isEraser = Boolean(event.buttons & ERASER_BUTTON);
    if (this.pointer !== null || !(event.buttons & 1 || isEraser)) return;
    this.pointer = event.pointerId;
    const erases = this.erases || isEraser;
    const width = Number(this.width.value) * SCALE * (erases ? ERASER : 1);
    this.paper.add({ points: [this.place(event)], width, erases });
    this.showSoon();
    this.paper.canvas.focus({ preventScroll: true }); // for Ctrl+Z
    this.paper.canvas.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.paper.lengthen(this.place(each));
    this.showSoon();
  }

  /** @param {PointerEvent} event */
  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.paper.finish();
    this.commit();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    event.stopPropagation();
    this.undo();
  }

  undo() {
    if (this.pointer === null && this.paper.undo()) this.commit();
  }

  /** @param {File} file */
  async open(file) {
    const asked = ++this.asked;
    const found = await readPicture(file);
    if (asked !== this.asked) return;
    if (typeof found === "string") say(this.problem, found);
    else this.add(found);
  }

  rescale() {
    this.given = null;
    this.commit();
  }

  /** @param {Layer} layer */
  add(layer) {
    this.paper.add(layer);
    this.commit();
  }

  /** Show an image from elsewhere, without calling a handler. @param {Image} image */
  setImage(image) {
    this.asked++;
    this.given = image && Uint8Array.from(image);
    this.paper.start(this.given && { ink: this.given, width: SIDE, height: SIDE });
    this.settle();
  }

  commit() {
    this.settle();
    this.handlers.onCommit(this.image);
  }

  /** End any stroke, and show the image. */
  settle() {
    this.pointer = null;
    this.showSoon.cancel();
    say(this.problem, "");
    this.show();
  }

  show() {
    this.image = this.imageOf(this.paper.top);
    this.seen.ink = this.image ?? new Uint8Array(SIDE * SIDE);
    this.seen.recolour();
  }

  /**
   * Image of the paper; a picture without strokes over it is scaled from its own pixels, not from the canvas.
   * @type {(top: Layer) => Image}
   */
  imageOf(top) {
    if (!top) return null;
    if (top === this.paper.base && this.given) return this.given;
    const picture = "ink" in top ? top : this.paper.picture;
    if (!this.centres.checked) {
      const image = fitted(picture);
      return image.some(Boolean) ? image : null;
    }
    const bare = withoutPaper(picture);
    const isPhotograph = bare !== picture && this.paper.holdsPicture;
    return normalised(isPhotograph ? withoutEdges(bare) : bare);
  }

  /** Position of an event in pixels of the canvas. @type {(event: PointerEvent) => Point} */
  place(event) {
    const { left, top, width, height } = this.paper.canvas.getBoundingClientRect();
    return [((event.clientX - left) / width) * PAPER, ((event.clientY - top) / height) * PAPER];
  }

  recolour() {
    this.paper.recolour();
    this.seen.recolour();
  }

  destroy() {
    this.asked++;
    this.pointer = null;
    this.showSoon.cancel();
    this.shown?.disconnect();
    this.element.remove();
  }
}

/** @param {HTMLCanvasElement} canvas */
function seenFigure(canvas) {
  const seen = figure(canvas, SEEN);
  seen.className = "pad-seen";
  return seen;
}

/** @type {(name: string, onClick: () => void) => HTMLButtonElement} */
function padButton(name, onClick) {
  return button(name, onClick, { class: "pad-button" });
}
