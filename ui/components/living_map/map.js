/** The living map: one or two models' maps that share what is chosen, and what Python hears of it. */
import { button, element, say } from "../shared/dom.js";
import { LAYERS } from "./layers.js";
import { Pane } from "./pane.js";
import { PinRow } from "./pins.js";
import { placeOf, textOf } from "../shared/places.js";
import { Selection } from "./selection.js";
import { Sketch } from "./sketch.js";
import { Toolbar } from "./toolbar.js";

/** @typedef {import("../shared/places.js").Place} Place */
/** @typedef {import("./pane.js").PaneData} PaneData */
/**
 * What is chosen, as texts: the whole of it stands in the address.
 * @typedef {object} Choice
 * @property {string} a
 * @property {string} b
 * @property {string} classes labels between dots; "" for all
 * @property {string} layer
 * @property {string} view of each map, between semicolons
 */
/**
 * @typedef {object} Data
 * @property {string} key what the map shows: of another one, nothing is kept
 * @property {boolean} compact whether only places are to be chosen: without a path, sliders and a pad
 * @property {[number, number][]} path of the first model, where it is not the straight one
 * @property {[number, number][]} crosses places of the first map to be marked
 * @property {PaneData[]} panes
 * @property {string[]} classes their names by label
 * @property {number[]} present the labels that occur
 * @property {Choice} choice
 * @property {number} seq of the last commit that Python has heard of
 */
/** @typedef {{ data: Data, setTriggerValue: (name: string, value: any) => void }} Component */
/** @typedef {{ a: Place | null, b: Place | null }} Pair */

const VIEW_DELAY = 700; // milliseconds after which a changed view is told to Python
const SAY_DELAY = 400; // and after which a screen reader is told what the card shows

/**
 * @param {HTMLElement} host
 * @param {Component} component
 */
export function mount(host, component) {
  return new LatentMap(host, component);
}

export class LatentMap {
  /**
   * @param {HTMLElement} host
   * @param {Component} component
   */
  constructor(host, component) {
    this.host = host;
    this.component = component;
    this.seq = component.data.seq;
    this.focus = "A"; // the pin that the card shows when nothing is hovered
    /** @type {Pane[]} */
    this.panes = [];
    /** @type {Pair[]} what Undo goes back to */
    this.history = [];
    /** @type {Pair[]} what Redo goes forth to */
    this.future = [];
    /** @type {Pair | null} the places before a change that is not committed yet */
    this.before = null;
    /** @type {Pair & { classes: number[], layer: string }} */
    this.state = { a: null, b: null, classes: [], layer: "none" };
    /** @type {string[]} */
    this.views = [];
    this.committed = "";
    this.telling = 0;
    this.saying = 0;
    this.toolbar = new Toolbar(this);
    this.pins = new PinRow(this);
    this.selection = new Selection(this);
    this.sketch = new Sketch(this);
    this.board = element("div", { class: "lm-board" });
    this.strips = element("div");
    this.status = element("p", { class: "lm-hidden", role: "status" });
    const retry = button("Try again", () => this.retry());
    this.alert = element(
      "p",
      { class: "lm-alert", role: "alert", hidden: true },
      "A part of the map did not arrive. ",
      retry,
    );
    this.host.replaceChildren(
      this.pins.invitation,
      this.toolbar.element,
      this.alert,
      this.board,
      this.sketch.element, // above all that grows, so that the paper stays under the pen
      this.strips,
      this.pins.element,
      this.selection.element,
      this.status,
    );
    this.adopt(component.data.choice);
    this.setPanes(component.data.panes);
    this.refresh();
  }

  // What Python says

  /** @param {Component} component */
  update(component) {
    const { data } = component;
    const isOther = data.key !== this.component.data.key;
    this.component = component;
    if (isOther) this.forget();
    // While a commit of ours is on its way, what Python says is older than what the visitor sees.
    const isNews = isOther || (data.seq >= this.seq && keyOf(data.choice) !== this.committed);
    if (isNews) this.adopt(data.choice);
    this.setPanes(data.panes);
    this.refresh();
    if (isNews) this.rest();
  }

  /** @param {Choice} choice */
  adopt(choice) {
    this.state = {
      a: placeOf(choice.a),
      b: placeOf(choice.b),
      classes: choice.classes ? choice.classes.split(".").map(Number) : [],
      layer: choice.layer in LAYERS ? choice.layer : "none",
    };
    this.views = choice.view.split(";");
    this.committed = keyOf(choice);
    for (const pane of this.panes) {
      pane.filter(this.state.classes);
      pane.stage.view.text = this.views[pane.number] ?? "";
    }
  }

  forget() {
    this.history = [];
    this.future = [];
    this.focus = "A";
    this.selection.show([]);
  }

  /** @param {PaneData[]} panes */
  setPanes(panes) {
    const identity = (/** @type {PaneData} */ { model, codes }) => `${model} ${codes}`;
    panes.forEach((data, number) => {
      const pane = this.panes[number];
      if (pane && identity(pane.data) === identity(data)) pane.update(data);
      else this.replace(number, data);
    });
    this.panes.splice(panes.length).forEach((pane) => pane.close());
    this.board.classList.toggle("lm-two", panes.length > 1);
    this.host.classList.toggle("lm-compact", this.component.data.compact);
  }

  /**
   * @param {number} number
   * @param {PaneData} data
   */
  replace(number, data) {
    const before = this.panes[number];
    const pane = new Pane(this, number, data);
    this.panes[number] = pane;
    if (before) before.element.replaceWith(pane.element);
    else this.board.append(pane.element);
    before?.close();
    this.strips.append(...this.panes.map(({ strip }) => strip.element));
  }

  get classNames() {
    return this.component.data.classes;
  }

  // What the panes tell

  /**
   * A pane's points are here, perhaps others than before.
   * @param {Pane} pane
   */
  onPoints(pane) {
    pane.filter(this.state.classes);
    pane.stage.view.text = this.views[pane.number] ?? "";
    this.host.dataset.points = String(pane.points?.count ?? 0);
    this.pins.show();
  }

  onReady() {
    this.refresh();
    this.rest();
    this.host.dataset.ready = String(this.panes.filter((pane) => pane.isReady).length);
  }

  /** @param {Pane} pane */
  onLook(pane) {
    if (pane !== this.panes[0]) return;
    clearTimeout(this.saying);
    this.saying = window.setTimeout(() => say(this.status, pane.card.words), SAY_DELAY);
  }

  onView() {
    clearTimeout(this.telling);
    this.telling = window.setTimeout(() => this.commit(), VIEW_DELAY);
  }

  /**
   * One map's pointer found an image: ring it in the others.
   * @param {Pane} source
   * @param {number} index
   */
  link(source, index) {
    for (const pane of this.panes) if (pane !== source && index >= 0) pane.showLinked(index);
  }

  /** @param {unknown} error */
  fail(error) {
    console.error(error);
    this.alert.hidden = false;
  }

  // What the visitor chooses

  /**
   * Set A, then B; a further place moves B.
   * @param {Place} place
   */
  pin(place) {
    this.setPlace(this.state.a ? "B" : "A", place);
    this.commitPlaces();
  }

  /** @param {number} index */
  pinImage(index) {
    const count = this.panes[0]?.points?.count ?? 0;
    if (Number.isInteger(index) && index >= 0 && index < count) this.pin({ kind: "image", index });
  }

  /**
   * @param {string} letter
   * @param {Place | null} place
   */
  setPlace(letter, place) {
    this.focus = letter;
    this.before ??= { a: this.state.a, b: this.state.b };
    if (letter === "A") this.state.a = place;
    else this.state.b = place;
    this.refresh();
  }

  /** Keep the places as they were before the last change, and tell Python. */
  commitPlaces() {
    if (this.before) this.history.push(this.before);
    this.before = null;
    this.future = [];
    this.settle();
  }

  undo() {
    this.step(this.history, this.future);
  }

  redo() {
    this.step(this.future, this.history);
  }

  /**
   * Take the last places of one list; those that were go to the other.
   * @param {Pair[]} from
   * @param {Pair[]} to
   */
  step(from, to) {
    const places = from.pop();
    if (!places) return;
    to.push({ a: this.state.a, b: this.state.b });
    Object.assign(this.state, places);
    this.focus = places.b ? "B" : "A";
    this.settle();
    this.sketch.takeUp();
  }

  clearPins() {
    this.setPlace("B", null);
    this.setPlace("A", null);
    this.commitPlaces();
  }

  /** First the selection goes, then the pointer, then the pins. */
  escape() {
    const isHovering = this.panes.some((pane) => pane.stage.marks.pointer);
    if (!this.selection.element.hidden) this.select(this.panes[0], []);
    else if (isHovering) this.rest();
    else if (this.state.a || this.state.b) this.clearPins();
  }

  /** @param {string} layer */
  setLayer(layer) {
    this.state.layer = layer;
    this.settle();
  }

  /** @param {number} label */
  toggleClass(label) {
    const { classes } = this.state;
    const toggled = classes.includes(label)
      ? classes.filter((other) => other !== label)
      : [...classes, label];
    this.showClasses(toggled.length === this.component.data.present.length ? [] : toggled);
  }

  /** @param {number[]} classes none for all */
  showClasses(classes) {
    this.state.classes = classes.sort((first, second) => first - second);
    this.panes.forEach((pane) => pane.filter(classes));
    this.settle();
  }

  /**
   * Select the points inside an outline on one map, on all maps.
   * @param {Pane} pane
   * @param {[number, number][]} outline
   */
  select(pane, outline) {
    pane.points?.select(outline);
    const selected = pane.points?.selected ?? null;
    for (const { points, stage } of this.panes) {
      if (points) points.selected = selected && points.shown.map((_, i) => selected[i] ?? 0);
      stage.redraw();
    }
    this.selection.show(pane.points?.selection ?? [], outline.length > 0);
  }

  /** @param {number} factor */
  zoom(factor) {
    for (const pane of this.panes)
      pane.changeView((view) => view.zoom(factor, view.width / 2, view.height / 2));
  }

  fit() {
    for (const pane of this.panes) pane.changeView((view) => view.fit());
  }

  /** Show the choice as it is now, and tell Python. */
  settle() {
    this.refresh();
    this.rest();
    this.commit();
  }

  commit() {
    clearTimeout(this.telling);
    const choice = {
      a: textOf(this.state.a),
      b: textOf(this.state.b),
      classes: this.state.classes.join("."),
      layer: this.state.layer,
      view: this.panes
        .map((pane) => pane.stage.view.text)
        .join(";")
        .replace(/^;$/, ""),
    };
    this.views = choice.view.split(";");
    if (keyOf(choice) === this.committed) return;
    this.committed = keyOf(choice);
    this.component.setTriggerValue("commit", { seq: ++this.seq, ...choice });
  }

  /** Ask Python to offer again what did not arrive; its answer brings new panes. */
  retry() {
    this.alert.hidden = true;
    this.panes.splice(0).forEach((pane) => pane.close());
    this.component.setTriggerValue("again", ++this.seq);
  }

  // What is shown

  refresh() {
    this.toolbar.show(this.state, this.component.data);
    this.pins.show();
    this.panes.forEach((pane) => pane.refresh());
  }

  /** Show what is chosen, rather than what is under the pointer. */
  rest() {
    this.panes.forEach((pane) => pane.rest());
  }

  /**
   * What an image is called.
   * @param {number} index
   */
  titleOf(index) {
    const label = this.panes[0]?.points?.labels?.[index];
    return label === undefined ? `image ${index}` : `${this.classNames[label]} · image ${index}`;
  }

  /** @param {Place | null} place */
  nameOf(place) {
    if (!place) return "not set";
    const count = this.panes[0]?.points?.count ?? Infinity;
    if (place.kind === "image")
      return place.index < count ? this.titleOf(place.index) : "an image that is not among these";
    if (place.kind === "drawing") return "your drawing";
    const isHere = this.panes.some((pane) => pane.owns(place));
    return isHere ? "a place between the images" : "a place of another model";
  }

  close() {
    clearTimeout(this.telling);
    clearTimeout(this.saying);
    this.panes.forEach((pane) => pane.close());
    this.sketch.close();
  }
}

/** @param {Choice} choice */
function keyOf({ a, b, classes, layer, view }) {
  return [a, b, classes, layer, view].join("|");
}
