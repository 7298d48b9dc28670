/**
 * A pad to draw an image on, or to open a picture in. The canvas holds ink as its alpha, from 0 to 255, and
 * in whatever colour the page's text has; the paper is the page's ground behind it.
 */
import { element, say } from "../shared/dom.js";
import { fitted, greyOf, normalised, withoutEdges, withoutPaper } from "./normalise.js";
import { SIDE } from "../shared/pixels.js";

const SCALE = 20; // pixels of the canvas for one of the image: a whole number, so that images come back exactly
const PAPER = SCALE * SIDE;
const MOST_BYTES = 20_000_000;
const MOST_PIXELS = 4096; // a side
const KEPT_PIXELS = 1024; // a side: of what is opened no more is needed for 28 by 28
const PEN = 3; // pixels of the image: a digit drawn over two thirds of the pad then has as much ink as MNIST's
const ERASER = 1.5; // times as wide as the pen: along the same line it leaves no seam
const ERASER_BUTTON = 32; // of PointerEvent.buttons: the other end of a pen

/** @typedef {[number, number]} Point */
/** @typedef {{ points: Point[], width: number, erases: boolean }} Stroke */
/** @typedef {import("./normalise.js").Picture} Picture */
/** @typedef {Stroke | Picture | null} Layer null clears what lies below it */
/** @typedef {Uint8Array | null} Image 784 bytes, light on dark; null where there is no ink */
/**
 * @typedef {object} Handlers
 * @property {(image: Image) => void} onImage while a stroke moves, once per frame at most
 * @property {(image: Image) => void} onCommit after a stroke, Undo, Clear, a picture, or a change of the scaling
 */

/**
 * Put a drawing pad into an element, which may lie in a shadow root that has draw.css.
 * @param {HTMLElement} host
 * @param {Handlers} handlers
 */
export function createPad(host, handlers) {
  const pad = new Pad(handlers);
  host.append(pad.element);
  return {
    element: pad.element,
    /** Show an image that came from elsewhere; no handler is called. @param {Image} image */
    setImage: (image) => pad.setImage(image),
    image: () => pad.image,
    destroy: () => pad.destroy(),
  };
}

class Pad {
  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.paper = new Paper();
    this.seen = inkCanvas(SIDE, "seen", "What the encoder sees");
    this.problem = element("p", { class: "pad-problem", role: "alert" });
    this.width = element("input", { type: "range", min: 1, max: 6, step: 0.1, value: PEN });
    this.centres = element("input", { type: "checkbox", checked: true, change: () => this.rescale() });
    this.pen = toolButton("Pen", () => this.choose(false));
    this.eraser = toolButton("Eraser", () => this.choose(true));
    this.element = this.build();
    /** @type {Image} */
    this.image = null;
    /** @type {Image} an image from elsewhere, to be given back as it is until the scaling is changed */
    this.given = null;
    /** @type {number | null} the pointer that draws */
    this.pointer = null;
    this.asked = 0; // pictures so far; only the last is shown
    this.frame = 0;
    this.choose(false);
    this.listen();
  }

  build() {
    const undo = element("button", { type: "button", class: "pad-button", click: () => this.undo() }, "Undo");
    const clear = element(
      "button",
      { type: "button", class: "pad-button", click: () => this.clear() },
      "Clear",
    );
    const tools = element(
      "div",
      { class: "pad-row", role: "group", "aria-label": "Tool" },
      this.pen,
      this.eraser,
    );
    const caption = element("figcaption", {}, "What the encoder sees");
    return element(
      "div",
      { class: "pad", role: "group", "aria-label": "Drawing pad" },
      this.paper.canvas,
      element("figure", { class: "pad-seen" }, this.seen, caption),
      element(
        "div",
        { class: "pad-tools" },
        tools,
        element("label", { class: "pad-row" }, "Pen width", this.width),
        element("div", { class: "pad-row" }, undo, clear),
        this.fileButton(),
        element("label", { class: "pad-row" }, this.centres, "Scale and centre as MNIST does"),
        this.problem,
      ),
    );
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

  clear() {
    if (this.paper.top) this.add(null);
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

  /** @param {Image} image */
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

  /** No stroke is under way and nothing is left to be told. */
  settle() {
    this.pointer = null;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    say(this.problem, "");
    this.show();
  }

  showSoon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.show();
      this.handlers.onImage(this.image);
    });
  }

  show() {
    this.image = this.imageOf(this.paper.top);
    putInk(this.seen, this.image ?? new Uint8Array(SIDE * SIDE));
    recolour(this.seen);
  }

  /**
   * A picture with nothing drawn over it is scaled from its own pixels, not from those on the canvas.
   * @param {Layer} top
   * @returns {Image}
   */
  imageOf(top) {
    if (!top) return null;
    if (top === this.paper.base && this.given) return this.given;
    const { ink, width, height } = "ink" in top ? top : this.paper.picture();
    if (!this.centres.checked) {
      const image = fitted(ink, width, height);
      return image.some(Boolean) ? image : null;
    }
    const bare = withoutPaper(ink, width, height);
    const isPhotograph = bare !== ink && this.paper.holdsPicture;
    return normalised(isPhotograph ? withoutEdges(bare, width, height) : bare, width, height);
  }

  /**
   * Where on the canvas an event is, in its pixels.
   * @param {PointerEvent} event
   * @returns {Point}
   */
  place(event) {
    const { left, top, width, height } = this.paper.canvas.getBoundingClientRect();
    return [((event.clientX - left) / width) * PAPER, ((event.clientY - top) / height) * PAPER];
  }

  recolour() {
    recolour(this.paper.canvas);
    recolour(this.seen);
  }

  destroy() {
    this.asked++;
    this.pointer = null;
    cancelAnimationFrame(this.frame);
    this.shown?.disconnect();
    this.element.remove();
  }
}

/** The canvas, and the layers that made it what it is: a layer taken off, the rest is drawn again. */
class Paper {
  constructor() {
    this.canvas = inkCanvas(PAPER, "pad-paper", "Your drawing");
    this.canvas.tabIndex = -1;
    /** @type {Picture | null} what Undo cannot take away */
    this.base = null;
    /** @type {Layer[]} */
    this.layers = [];
  }

  /** What was put on last, if anything is there. */
  get top() {
    return this.layers.length ? this.layers[this.layers.length - 1] : this.base;
  }

  /** Whether there is a picture from a file, perhaps with strokes over it. */
  get holdsPicture() {
    const layers = [this.base, ...this.layers];
    return layers.slice(layers.lastIndexOf(null) + 1).some((layer) => layer && "ink" in layer);
  }

  /** @param {Picture | null} base */
  start(base) {
    this.base = base;
    this.layers = [];
    this.redraw();
  }

  /** @param {Layer} layer */
  add(layer) {
    this.layers.push(layer);
    draw(this.canvas, layer);
    recolour(this.canvas);
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    if (!this.layers.length) return false;
    this.layers.pop();
    this.redraw();
    return true;
  }

  redraw() {
    for (const layer of [this.base, ...this.layers]) draw(this.canvas, layer);
    recolour(this.canvas);
  }

  /** @param {Point} point the next of the stroke on top */
  lengthen(point) {
    const stroke = /** @type {Stroke} */ (this.top);
    stroke.points.push(point);
    trace(this.canvas, stroke, stroke.points.length - 1);
    recolour(this.canvas);
  }

  finish() {
    traceEnd(this.canvas, /** @type {Stroke} */ (this.top));
    recolour(this.canvas);
  }

  /** @returns {Picture} what is on the canvas */
  picture() {
    const { data } = contextOf(this.canvas).getImageData(0, 0, PAPER, PAPER);
    const ink = new Uint8Array(PAPER * PAPER);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3];
    return { ink, width: PAPER, height: PAPER };
  }
}

/**
 * @param {string} name
 * @param {() => void} click
 */
function toolButton(name, click) {
  return element("button", { type: "button", class: "pad-button", click }, name);
}

/**
 * @param {number} side
 * @param {string} name the class
 * @param {string} label
 */
function inkCanvas(side, name, label) {
  return element("canvas", { width: side, height: side, class: name, role: "img", "aria-label": label });
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  // Read at every frame: what lies in the memory of a graphics card would have to be fetched.
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Layer} layer
 */
function draw(canvas, layer) {
  if (layer && "points" in layer) {
    for (const i of layer.points.keys()) trace(canvas, layer, i);
    traceEnd(canvas, layer);
    return;
  }
  contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
  if (layer) drawPicture(canvas, layer);
}

/**
 * A picture as large as fits; one that is enlarged keeps its pixels square.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} picture
 */
function drawPicture(canvas, { ink, width, height }) {
  const scale = canvas.width / Math.max(width, height);
  const whole = element("canvas", { width, height });
  putInk(whole, ink);
  const context = contextOf(canvas);
  context.save();
  context.imageSmoothingEnabled = scale < 1;
  context.imageSmoothingQuality = "high";
  const [across, down] = [width * scale, height * scale];
  context.drawImage(whole, (canvas.width - across) / 2, (canvas.height - down) / 2, across, down);
  context.restore();
}

/**
 * Draw what the i-th point adds to a stroke: a curve between the middles of the lines from point to point.
 * The same strokes give the same pixels, whether they are drawn as they come or again after Undo.
 * @param {HTMLCanvasElement} canvas
 * @param {Stroke} stroke
 * @param {number} i
 */
function trace(canvas, stroke, i) {
  const { points } = stroke;
  const line = new Path2D();
  if (i === 0)
    line.arc(...points[0], 0.01, 0, 7); // a dot: of a line without length browsers make what they like
  else {
    line.moveTo(...middle(points[Math.max(i - 2, 0)], points[i - 1]));
    line.quadraticCurveTo(...points[i - 1], ...middle(points[i - 1], points[i]));
  }
  strokeLine(canvas, stroke, line);
}

/**
 * Draw the half of the last line that `trace` leaves out.
 * @param {HTMLCanvasElement} canvas
 * @param {Stroke} stroke
 */
function traceEnd(canvas, stroke) {
  const [before, last] = [stroke.points.at(-2) ?? stroke.points[0], stroke.points[stroke.points.length - 1]];
  const line = new Path2D();
  line.moveTo(...middle(before, last));
  line.lineTo(...last);
  strokeLine(canvas, stroke, line);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Stroke} stroke
 * @param {Path2D} line
 */
function strokeLine(canvas, { width, erases }, line) {
  const context = contextOf(canvas);
  context.save();
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  context.lineWidth = width;
  context.lineCap = "round";
  context.stroke(line);
  context.restore();
}

/**
 * @param {Point} a
 * @param {Point} b
 * @returns {Point}
 */
function middle(a, b) {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} ink one value for each pixel of the canvas
 */
function putInk(canvas, ink) {
  const image = new ImageData(canvas.width, canvas.height);
  for (let i = 0; i < ink.length; i++) image.data[4 * i + 3] = ink[i];
  contextOf(canvas).putImageData(image, 0, 0);
}

/**
 * Give all ink the colour of the text, and leave alone how much there is.
 * @param {HTMLCanvasElement} canvas
 */
function recolour(canvas) {
  const context = contextOf(canvas);
  context.save();
  context.globalCompositeOperation = "source-atop";
  context.fillStyle = getComputedStyle(canvas).color;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.restore();
}

/**
 * The picture in a file, or a sentence that says why there is none.
 * @param {File} file
 * @returns {Promise<Picture | string>}
 */
async function readPicture(file) {
  if (file.size > MOST_BYTES) return `${file.name} is larger than 20 MB. Choose a smaller picture.`;
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => null);
  if (!bitmap) return `${file.name} could not be read as a picture. Choose a PNG, JPEG, WebP or GIF file.`;
  const { width, height } = bitmap;
  if (Math.max(width, height) > MOST_PIXELS) {
    return `${file.name} has ${width} × ${height} pixels. Choose a picture of at most 4,096 a side.`;
  }
  const picture = pictureOf(bitmap);
  return picture.ink.some(Boolean) ? picture : `There is no ink in ${file.name}. Choose another picture.`;
}

/** @param {ImageBitmap} bitmap */
function pictureOf(bitmap) {
  const scale = Math.min(1, KEPT_PIXELS / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = contextOf(element("canvas", { width, height }));
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { ink: greyOf(data, width, height), width, height };
}
