/** Pane of one model: its map, the card beside it, and below it the path and the sliders. */
import { latest } from "../decoder/model.js";
import { element } from "../shared/dom.js";
import { Backdrop } from "./backdrop.js";
import { Card } from "./card.js";
import { Gestures } from "./gestures.js";
import { Inspector, PICK } from "./inspector.js";
import { LatentSpace } from "./space.js";
import { Stage } from "./stage.js";
import { Strip, straightPath } from "./strip.js";
import { Traversal } from "./traversal.js";
/** @import { Place } from "../shared/places.js" */
/** @import { Point, View } from "../shared/view.js" */
/** @import LatentMap from "./map.js" */
/** @import { SpaceData } from "./space.js" */

const KEYS =
  "Arrow keys move the pointer, Enter sets A, then B, Escape clears, Ctrl+Z undoes, " +
  "plus and minus zoom, 0 shows all.";
const SNAP = 10; // pixels in which a dragged pin falls onto a point
const HINTED = 4000; // milliseconds

export class Pane {
  /** @param {LatentMap} map @param {number} number 0 for the first model @param {SpaceData} data */
  constructor(map, number, data) {
    this.map = map;
    this.number = number;
    this.space = new LatentSpace(data, { onMap: () => this.showMap(), onEncoded: () => this.showEncoded() });
    this.stage = new Stage(map.host, this.space.images, () => this.backdrop.draw());
    this.stage.element.setAttribute("aria-label", `Map of the codes by ${data.name}. ${KEYS}`);
    this.backdrop = new Backdrop(this);
    this.card = new Card(data.name);
    this.inspector = new Inspector(this);
    this.strip = new Strip(data.name);
    this.showStrip = latest(
      (/** @type {Float32Array[]} */ path) => this.space.model.look(path),
      (looks) => this.strip.show(looks, this.stage.theme.dark),
    );
    this.gestures = new Gestures(this);
    this.hint = element("p", { class: "lm-hint", hidden: true }, "Ctrl or ⌘ + wheel zooms");
    this.isHinted = false;
    /** @type {Traversal | null} */
    this.traversal = null;
    const parts = [this.stage.element, this.card.float, this.hint, this.backdrop.legend];
    const space = element("div", { class: "lm-space" }, ...parts);
    this.under = element("div", { class: "lm-under" }, this.strip.element);
    this.more = element("div", { class: "lm-more" });
    this.beside = element("div", { class: "lm-beside" }, space, this.card.element, this.under, this.more);
    const heading = element("h3", { class: "lm-model" }, data.name);
    const attributes = { class: "lm-pane", "aria-label": `Map of ${data.name}` };
    this.element = element("section", attributes, heading, this.beside);
    this.load().catch(map.fail);
  }

  /** Take in what the map has only once: drawing pad, pins and selection. @param {LatentMap} map */
  takeIn({ sketch, pinRow, selection, numberedPin }) {
    this.card.element.before(sketch.element);
    this.under.prepend(pinRow.element, selection.element);
    this.more.append(numberedPin.element);
  }

  async load() {
    await this.space.load();
    if (this.space.isClosed) return;
    this.traversal = new Traversal(this);
    this.more.prepend(this.traversal.element);
    this.map.onReady();
    this.space.images?.prefetch().catch(this.map.fail);
  }

  showMap() {
    const { points, data } = this.space;
    if (points) this.stage.setPoints(points, this.map.data.classes, data.axes);
    this.map.onPoints(this);
    this.refresh();
    this.inspector.rest();
  }

  showEncoded() {
    const { a, b } = this.map.state.pins;
    this.space.keepOnly([a, b]);
    this.map.refresh();
    if (!this.stage.marks.pointer) this.inspector.rest();
  }

  /** @param {SpaceData} data of the same model and codes */
  update(data) {
    const before = this.space.data;
    this.space.data = data;
    if (before.map !== data.map) this.space.loadMap().catch(this.map.fail);
    else if (JSON.stringify(before.layers) !== JSON.stringify(data.layers)) this.backdrop.refresh();
  }

  /** Apply the classes and the view of the state. */
  adjust() {
    const { classes, views } = this.map.state;
    this.space.filter(classes);
    this.stage.view.text = views[this.number] ?? "";
  }

  // Gestures; places are in pixels

  /** @param {Point} at */
  hover(at) {
    if (this.space.points) this.map.board.link(this, this.inspector.hover(at));
  }

  /** @param {Point} at */
  click(at) {
    if (this.pinAt(at)) return;
    const place = this.placeAt(at, this.space.plane ? PICK : Infinity, null);
    if (place) this.map.pin(place);
  }

  /** Letter of the pin at a place, or "". @param {Point} at */
  pinAt([left, top]) {
    const pin = this.stage.marks.pins.find((each) => {
      const [x, y] = this.stage.view.toScreen(each.at);
      return Math.hypot(x - left, y - top) <= PICK;
    });
    return pin?.letter ?? "";
  }

  /** @type {(letter: string, at: Point) => void} */
  drag(letter, at) {
    const place = this.placeAt(at, SNAP, this.map.state.pins.at(letter));
    if (!place) return;
    this.map.setPin(letter, place);
    this.map.board.rest();
    this.card.follow(at, this.stage.view.width);
  }

  /**
   * Place at a point: an image within the radius, or else a code that differs from the pin, or else from A,
   * only along the map; null without an inverse.
   * @type {(at: Point, radius: number, pin: Place | null) => Place | null}
   */
  placeAt(at, radius, pin) {
    const { points, plane, data } = this.space;
    const { view } = this.stage;
    const point = view.toMap(at);
    const base = this.space.codeOf(pin) ?? this.space.baseAt(this.map.state.pins.a);
    const index = points?.nearest(point, radius / view.scale) ?? -1;
    if (index >= 0) return { kind: "image", index };
    return plane && { kind: "code", model: data.id, code: plane.invert(point, base) };
  }

  /** @param {(view: View) => void} change */
  changeView(change) {
    change(this.stage.view);
    this.stage.redraw();
    this.map.onView();
  }

  /** @type {(outline: Point[], isDone: boolean) => void} */
  outline(outline, isDone) {
    const places = outline.map((at) => this.stage.view.toMap(at));
    this.stage.marks.outline = isDone ? [] : places;
    if (isDone) this.map.select(this, places);
    else this.stage.redrawFront();
  }

  /** Explain the wheel, once. */
  showHint() {
    if (this.isHinted) return;
    this.isHinted = true;
    this.hint.hidden = false;
    setTimeout(() => (this.hint.hidden = true), HINTED);
  }

  // Drawing

  /** Redraw pins, path and layer; not while a drawing is encoded, or all would flicker. */
  refresh() {
    const { a, b } = this.map.state.pins;
    if (this.space.isEncoding([a, b])) return;
    const places = /** @type {[string, Place | null][]} */ (Object.entries({ A: a, B: b }));
    this.stage.marks.pins = places.flatMap(([letter, place]) => {
      const at = this.space.positionOf(place);
      return at ? [{ letter, at }] : [];
    });
    this.showPath();
    this.traversal?.follow();
    this.card.setTheme(this.stage.readTheme().dark);
    this.backdrop.refresh();
    this.stage.redraw();
  }

  /** The path between A and B, on the map and decoded below it. */
  showPath() {
    const { data, state } = this.map;
    const [start, end] = [this.space.codeOf(state.pins.a), this.space.codeOf(state.pins.b)];
    const { plane, isReady } = this.space;
    const { marks } = this.stage;
    marks.path = start && end && plane ? [plane.place(start), plane.place(end)] : [];
    marks.crosses = this.number === 0 ? data.crosses : [];
    if (data.path.length && this.number === 0 && !state.pins.before) marks.path = data.path;
    if (start && end && isReady && !data.compact) return this.showStrip(straightPath(start, end));
    this.showStrip.drop();
    this.strip.show([], false);
  }

  close() {
    this.backdrop.close();
    this.stage.close();
    this.space.close();
    this.element.remove();
  }
}
