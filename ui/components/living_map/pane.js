/** One model's map: its points, what lies under the pointer, the card beside it, and the path below. */
import { Card, DWELL } from "./card.js";
import { digits, element, say } from "../shared/dom.js";
import { Gestures } from "./gestures.js";
import { Images } from "./images.js";
import { Backdrop } from "./backdrop.js";
import { Model, latest } from "../decoder/model.js";
import { textOf } from "../shared/places.js";
import { codePlane, pcaPlane } from "./plane.js";
import { Points } from "./points.js";
import { fetchTensors } from "../shared/safetensors.js";
import { Stage } from "./stage.js";
import { Strip, straightPath } from "./strip.js";
import { themeOf } from "../shared/theme.js";
import { Traversal, dimensionsOf } from "./traversal.js";

/**
 * What Python says of a model's map; addresses lead to safetensors files (autoencoder/bundles.py).
 * @typedef {object} PaneData
 * @property {string} name of the model
 * @property {string} id the start of its fingerprint
 * @property {boolean} variational
 * @property {number} dim
 * @property {string} model address
 * @property {string} codes address
 * @property {string} map address
 * @property {"code" | "pca" | "none"} plane how a place of the map leads back to a code
 * @property {string} why_not_invert
 * @property {[string, string]} axes
 * @property {{ urls: string[], per_tile: number } | null} images null where only codes are here
 * @property {Record<string, string>} layers addresses by name
 */
/**
 * A place that is asked about, and what the card is to say of it.
 * @typedef {object} Question
 * @property {Float32Array} code
 * @property {boolean} near whether the nearest real image is wanted too
 * @property {string} title
 * @property {string} where
 */
/** @typedef {import("../shared/places.js").Place} Place */
/** @typedef {Extract<Place, { kind: "drawing" }>} Drawing */

const PICK = 14; // pixels around the pointer in which a point is picked
const KEYS =
  "Arrow keys move the pointer, Enter sets A, then B, Escape clears, Ctrl+Z undoes, plus and minus zoom, 0 shows all.";
const SNAP = 10; // pixels in which a dragged pin falls onto a point
const HINTED = 4000; // milliseconds

export class Pane {
  /**
   * @param {import("./map.js").LatentMap} map
   * @param {number} number 0 for the first model
   * @param {PaneData} data
   */
  constructor(map, number, data) {
    this.map = map;
    this.number = number;
    this.data = data;
    this.model = new Model();
    this.images = data.images && new Images(data.images);
    this.backdrop = new Backdrop(this);
    this.stage = new Stage(map.host, () => this.backdrop.draw());
    this.stage.element.setAttribute("aria-label", `Map of the codes by ${data.name}. ${KEYS}`);
    this.card = new Card(data.name);
    this.strip = new Strip(data.name);
    this.heading = element("h3", { class: "lm-model" }, data.name);
    this.hint = element("p", { class: "lm-hint", hidden: true }, "Ctrl or ⌘ + wheel zooms");
    this.space = element("div", { class: "lm-space" }, this.stage.element, this.card.float, this.hint);
    const main = element("div", {}, this.space, this.backdrop.legend);
    this.beside = element("div", { class: "lm-beside" }, main, this.card.element);
    this.element = element(
      "section",
      { class: "lm-pane", "aria-label": `Map of ${data.name}` },
      this.heading,
      this.beside,
    );
    this.gestures = new Gestures(this.stage.element, this.handlers());
    this.look = latest(
      (/** @type {Question} */ { code, near }) =>
        this.model.look([code], near, (image) => this.card.paintDrawn(image)),
      (looks, question) => this.showLook(looks[0], question),
    );
    this.walk = latest(
      (/** @type {Float32Array[]} */ path) => this.model.look(path),
      (looks) => this.strip.show(looks),
    );
    this.encode = latest(
      (/** @type {Drawing} */ { image }) => this.encodeDrawing(image),
      (code, drawing) => this.keepCode(drawing, code),
    );
    /** @type {Points | null} */
    this.points = null;
    /** @type {Float32Array} */
    this.latents = new Float32Array();
    /** @type {import("./plane.js").Plane | null} */
    this.plane = null;
    /** @type {Traversal | null} */
    this.traversal = null;
    /** @type {Map<string, Float32Array>} codes of drawings by their text */
    this.encoded = new Map();
    this.isReady = false; // whether the model is here and can be asked
    this.isHinted = false; // whether the visitor was told how a wheel zooms
    this.isClosed = false;
    this.load().catch((error) => map.fail(error));
  }

  async load() {
    const codes = fetchTensors(this.data.codes);
    const model = this.model.ask("load", { url: this.data.model });
    await this.loadMap();
    this.latents = /** @type {Float32Array} */ ((await codes).tensors.latents.data);
    await this.model.ask("points", { latents: this.latents });
    await model;
    if (this.isClosed) return;
    this.isReady = true;
    this.makeTraversal();
    this.map.onReady();
    this.images?.prefetch().catch((error) => this.map.fail(error));
  }

  /** Fetch the positions, again when they have changed; the model and the codes stay. */
  async loadMap() {
    const { tensors } = await fetchTensors(this.data.map);
    if (this.isClosed) return;
    const labels = /** @type {Uint16Array | null} */ (tensors.labels?.data ?? null);
    this.points = new Points(/** @type {Float32Array} */ (tensors.positions.data), labels);
    this.plane = this.planeOf(tensors);
    this.stage.classNames = this.map.classNames;
    this.stage.axes = this.data.axes;
    this.stage.setPoints(this.points);
    this.map.onPoints(this);
    this.refresh();
    this.rest();
  }

  /** @param {Record<string, import("../shared/safetensors.js").Tensor>} tensors */
  planeOf(tensors) {
    if (this.data.plane === "code") return codePlane(this.data.dim);
    if (this.data.plane === "none") return null;
    const [mean, components] = [tensors.mean.data, tensors.components.data];
    return pcaPlane(/** @type {Float32Array} */ (mean), /** @type {Float32Array} */ (components));
  }

  /** @param {PaneData} data of the same model and codes */
  update(data) {
    const before = this.data;
    this.data = data;
    if (before.map !== data.map) this.loadMap().catch((error) => this.map.fail(error));
    else if (JSON.stringify(before.layers) !== JSON.stringify(data.layers)) this.backdrop.refresh();
  }

  /**
   * Show only some classes; none means all.
   * @param {number[]} classes
   */
  filter(classes) {
    this.points?.filter(classes);
    if (this.points) this.model.ask("filter", { shown: this.points.shown });
  }

  // Places and codes

  /** The code whose plane the pointer moves in: that of A, else the middle of the codes. */
  get base() {
    return this.codeOf(this.map.state.a) ?? this.plane?.middle ?? new Float32Array(this.data.dim);
  }

  /**
   * The code of a place in this model's space; null where it has none, or is to be encoded first.
   * @param {Place | null} place
   * @returns {Float32Array | null}
   */
  codeOf(place) {
    if (!place || !this.latents.length) return null;
    if (place.kind === "image") return this.codeOfImage(place.index);
    if (place.kind === "code") return this.owns(place) ? place.code : null;
    const code = this.encoded.get(textOf(place)) ?? null;
    if (!code && this.isReady) this.encode(place);
    return code;
  }

  /**
   * Whether a code is one of this model's.
   * @param {Extract<Place, { kind: "code" }>} place
   */
  owns({ model, code }) {
    return model === this.data.id && code.length === this.data.dim;
  }

  /** Whether a drawing is being encoded. What is shown stays meanwhile, lest all of it flicker under the pen. */
  get isEncoding() {
    const { a, b } = this.map.state;
    return this.isReady && [a, b].some((place) => place?.kind === "drawing" && !this.codeOf(place));
  }

  /** @param {number} index */
  codeOfImage(index) {
    const { dim } = this.data;
    return this.points && index < this.points.count
      ? this.latents.slice(index * dim, (index + 1) * dim)
      : null;
  }

  /**
   * Keep a drawing's code, and show it; those of the images that a drawing has passed through go.
   * @param {Drawing} drawing
   * @param {Float32Array} code
   */
  keepCode(drawing, code) {
    this.encoded.set(textOf(drawing), code);
    const chosen = [this.map.state.a, this.map.state.b].map(textOf);
    for (const text of this.encoded.keys()) if (!chosen.includes(text)) this.encoded.delete(text);
    this.map.refresh();
    if (!this.stage.marks.pointer) this.rest();
  }

  /**
   * What comes back of an image.
   * @param {Uint8Array} image
   */
  async reconstruct(image) {
    const [rebuilt] = await this.model.ask("decode", { codes: [await this.encodeDrawing(image)] });
    return /** @type {Float32Array} */ (rebuilt);
  }

  /**
   * @param {Uint8Array} image
   * @returns {Promise<Float32Array>}
   */
  encodeDrawing(image) {
    return this.model.ask("encode", { image: Float32Array.from(image, (byte) => byte / 255) });
  }

  /**
   * Where a place lies on the map; null where it does not.
   * @param {Place | null} place
   * @returns {[number, number] | null}
   */
  positionOf(place) {
    if (place?.kind === "image")
      return this.points && place.index < this.points.count ? this.stage.placeOfPoint(place.index) : null;
    const code = this.codeOf(place);
    return code && this.plane ? this.plane.place(code) : null;
  }

  /**
   * The place in latent space at a place on screen: an image within the radius, else a code.
   * @param {number} left
   * @param {number} top
   * @param {number} radius in pixels
   * @param {Float32Array} base
   * @returns {Place | null} null where the map has no inverse and no point is near
   */
  placeAt(left, top, radius, base) {
    const [x, y] = this.stage.view.toMap(left, top);
    const index = this.points?.nearest(x, y, radius / this.stage.view.scale) ?? -1;
    if (index >= 0) return { kind: "image", index };
    return this.plane && { kind: "code", model: this.data.id, code: this.plane.invert(x, y, base) };
  }

  // What hands do

  /** @returns {import("./gestures.js").Handlers} */
  handlers() {
    return {
      hover: (left, top) => this.hover(left, top),
      leave: () => this.map.rest(),
      click: (left, top) => this.click(left, top),
      pinAt: (left, top) => this.pinAt(left, top),
      drag: (letter, left, top) => this.drag(letter, left, top),
      drop: () => this.map.commitPlaces(),
      pan: (right, down) => this.changeView((view) => view.pan(right, down)),
      zoom: (factor, left, top) => this.changeView((view) => view.zoom(factor, left, top)),
      fit: () => this.changeView((view) => view.fit()),
      outline: (outline, isDone) => this.outline(outline, isDone),
      escape: () => this.map.escape(),
      undo: () => this.map.undo(),
      redo: () => this.map.redo(),
      scroll: () => this.showHint(),
      tool: () => this.map.toolbar.tool,
    };
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  hover(left, top) {
    if (!this.points) return;
    const [x, y] = this.stage.view.toMap(left, top);
    const isInvertible = Boolean(this.plane && this.isReady);
    const radius = isInvertible ? PICK / this.stage.view.scale : Infinity;
    const index = this.points.nearest(x, y, radius);
    if (this.plane && isInvertible) {
      const numbers = [x, y].slice(0, this.data.dim).map((value) => value.toFixed(2));
      const where = `at ${numbers.join(", ")}`.replaceAll("-", "−");
      this.look({
        code: this.plane.invert(x, y, this.base),
        near: index < 0,
        title: "Drawn by the decoder",
        where,
      });
    } else this.showNoDrawing();
    this.stage.marks.pointer = [x, y];
    this.ring(index);
    if (index >= 0) this.showNear(index, "nearest on the map", DWELL);
    this.card.follow([left, top], this.stage.view.width);
    this.map.link(this, index);
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  click(left, top) {
    if (this.pinAt(left, top)) return;
    const place = this.placeAt(left, top, this.plane ? PICK : Infinity, this.base);
    if (place) this.map.pin(place);
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  pinAt(left, top) {
    const pin = this.stage.marks.pins.find(({ at }) => {
      const [x, y] = this.stage.view.toScreen(...at);
      return Math.hypot(x - left, y - top) <= PICK;
    });
    return pin?.letter ?? "";
  }

  /**
   * @param {string} letter
   * @param {number} left
   * @param {number} top
   */
  drag(letter, left, top) {
    const current = letter === "A" ? this.map.state.a : this.map.state.b;
    const place = this.placeAt(left, top, SNAP, this.codeOf(current) ?? this.base);
    if (place) this.map.setPlace(letter, place);
  }

  /** @param {(view: import("./view.js").View) => void} change */
  changeView(change) {
    change(this.stage.view);
    this.stage.redraw();
    this.map.onView();
  }

  /**
   * @param {[number, number][]} outline on screen
   * @param {boolean} isDone
   */
  outline(outline, isDone) {
    const places = outline.map((place) => this.stage.view.toMap(...place));
    this.stage.marks.outline = isDone ? [] : places;
    if (isDone) this.map.select(this, places);
    else this.stage.redrawFront();
  }

  showHint() {
    if (this.isHinted) return;
    this.isHinted = true;
    this.hint.hidden = false;
    setTimeout(() => (this.hint.hidden = true), HINTED);
  }

  setTheme() {
    this.stage.theme = themeOf(this.map.host);
    this.card.setTheme(this.stage.theme.dark);
    this.strip.setTheme(this.stage.theme.dark);
  }

  // What is shown

  /** Draw all anew that depends on the state: pins, path, card, layer. */
  refresh() {
    if (this.isEncoding) return;
    const { a, b } = this.map.state;
    const places = /** @type {[string, Place | null][]} */ ([
      ["A", a],
      ["B", b],
    ]);
    this.stage.marks.pins = places.flatMap(([letter, place]) => {
      const at = this.positionOf(place);
      return at ? [{ letter, at }] : [];
    });
    this.showPath();
    this.setTheme();
    this.backdrop.refresh();
    this.stage.redraw();
  }

  /** The path between A and B on the map and, decoded, below it. */
  showPath() {
    const [start, end] = [this.codeOf(this.map.state.a), this.codeOf(this.map.state.b)];
    const { plane } = this;
    this.stage.marks.path = start && end && plane ? [plane.place(start), plane.place(end)] : [];
    const { path, crosses } = this.map.component.data;
    this.stage.marks.crosses = this.number === 0 ? crosses : [];
    if (path.length && this.number === 0 && !this.map.before) this.stage.marks.path = path;
    if (start && end && this.isReady && !this.map.component.data.compact) this.walk(straightPath(start, end));
    else this.strip.show([]);
  }

  /** Show what is chosen, rather than what is under the pointer: A or B, else the middle of the codes. */
  rest() {
    const { stage, map } = this;
    stage.marks.pointer = null;
    this.card.follow(null, 0);
    if (this.isEncoding) return;
    const place = map.focus === "B" ? map.state.b : map.state.a;
    this.ring(place?.kind === "image" ? place.index : -1);
    const code = this.codeOf(place) ?? (this.plane && !place ? this.plane.middle : null);
    this.card.drawnFigure.hidden = !this.plane && !code;
    if (!this.isReady || !code) this.showNoDrawing();
    else if (place)
      this.look({
        code,
        near: place.kind !== "image",
        title: `${map.focus}, decoded`,
        where: this.nameOf(place),
      });
    else this.look({ code, near: true, title: "The middle of the codes", where: "decoded" });
    if (place?.kind === "image") this.showNear(place.index, `${map.focus}, the real image`);
    say(this.card.note, this.noteOnPlane());
  }

  /** @param {Place} place */
  nameOf(place) {
    return { image: "from its code alone", code: "a code of no image", drawing: "your drawing" }[place.kind];
  }

  noteOnPlane() {
    const { a, b } = this.map.state;
    if (!this.plane)
      return `${this.data.why_not_invert}${a && b ? " Nor is a straight path from A to B a line here: it is not drawn." : ""}`;
    if (this.data.plane === "code")
      return this.data.dim === 1
        ? "The code has one dimension: height means nothing here."
        : "The map is the code itself.";
    const through = this.codeOf(a) ? "A" : "their mean, until A is set";
    return `The pointer moves in one plane of the codes' ${this.data.dim} dimensions, through ${through}.`;
  }

  /**
   * Show an image that another map's pointer found, where it lies here.
   * @param {number} index
   */
  showLinked(index) {
    this.stage.marks.pointer = null;
    const code = this.codeOfImage(index);
    this.ring(code ? index : -1);
    if (!code || !this.isReady) return;
    this.look({ code, near: false, title: "The same image, decoded", where: "from its code alone" });
    this.showNear(index, "the same image", DWELL);
  }

  /** @param {number} index */
  ring(index) {
    this.stage.marks.ring = index;
    this.stage.redrawFront();
  }

  showNoDrawing() {
    this.card.setDrawn(null, "", "");
    say(this.card.note, this.plane ? "The model is on its way." : this.noteOnPlane());
  }

  /**
   * @param {import("../decoder/model.js").Look} look
   * @param {Question} question
   */
  showLook(look, question) {
    if (this.isClosed) return;
    this.card.setDrawn(look, question.title, question.where);
    say(this.card.note, this.noteOnPlane());
    if (question.near && look.nearest >= 0) {
      this.ring(look.nearest);
      this.showNear(look.nearest, "nearest in code space", DWELL);
    }
    this.map.onLook(this);
  }

  /**
   * @param {number} index
   * @param {string} how
   * @param {number} [after] milliseconds
   */
  showNear(index, how, after = 0) {
    this.card.setNear(
      () => this.pixelsOf(index),
      this.map.titleOf(index),
      this.images ? how : `${how}, decoded`,
      after,
    );
  }

  /**
   * The image of a row; where the images are not here, what the decoder draws from its code.
   * @param {number} index
   * @returns {Promise<import("../shared/pixels.js").Pixels | null> | import("../shared/pixels.js").Pixels | null}
   */
  pixelsOf(index) {
    if (this.images) return this.images.at(index) ?? this.images.get(index);
    const code = this.codeOfImage(index);
    return code && this.isReady ? this.model.ask("decode", { codes: [code] }).then(([image]) => image) : null;
  }

  // One dimension at a time

  makeTraversal() {
    const dimensions = dimensionsOf(this.latents, this.data.dim);
    this.traversal = new Traversal(
      dimensions,
      this.data.variational,
      (code) => this.showTraversed(code),
      () => {
        this.startTraversal();
        this.map.rest();
      },
      (letter) => this.pinTraversed(letter),
    );
    this.traversal.element.addEventListener("toggle", () => this.startTraversal());
    this.beside.append(this.traversal.element);
  }

  startTraversal() {
    const { a } = this.map.state;
    this.traversal?.start(this.base, this.codeOf(a) ? "A" : "the mean code");
  }

  /** @param {Float32Array} code */
  showTraversed(code) {
    this.look({
      code,
      near: true,
      title: "Moved from the start",
      where: `distance ${digits(this.movedBy(code))} in the code`,
    });
    if (!this.plane) return;
    this.stage.marks.pointer = this.plane.place(code);
    this.stage.redrawFront();
  }

  /** @param {string} letter */
  pinTraversed(letter) {
    const code = this.traversal?.code ?? this.base;
    this.map.setPlace(letter, { kind: "code", model: this.data.id, code });
    this.map.commitPlaces();
    if (letter === "A") this.startTraversal();
  }

  /** @param {Float32Array} code */
  movedBy(code) {
    const start = this.traversal?.base ?? code;
    return Math.hypot(...code.map((value, i) => value - start[i]));
  }

  close() {
    this.isClosed = true;
    this.backdrop.close();
    this.stage.close();
    this.model.close();
    this.element.remove();
    this.strip.element.remove();
  }
}
