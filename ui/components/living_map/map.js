/** Living map: the maps of one or two models, with the pins, classes and layer that they share. */
import { Commits } from "../shared/commits.js";
import { button, element, say } from "../shared/dom.js";
import { Board } from "./board.js";
import { NumberedPin, PinRow, Toolbar } from "./controls.js";
import { Flow } from "./flow.js";
import { Selection } from "./selection.js";
import { Sketch } from "./sketch.js";
import { State, keyOf } from "./state.js";
/** @import { Component } from "../shared/commits.js" */
/** @import { Place } from "../shared/places.js" */
/** @import { Point } from "../shared/view.js" */
/** @import { Passage } from "./flow.js" */
/** @import { Pane } from "./pane.js" */
/** @import { SpaceData } from "./space.js" */
/** @import { Choice } from "./state.js" */

/**
 * @typedef {object} Data
 * @property {string} key of the images and models; when it changes, history and selection are dropped
 * @property {boolean} compact without flow, path, sliders and drawing pad, to choose places only
 * @property {Point[]} path of the first model, where it is not the straight one
 * @property {Point[]} crosses marks on the first map
 * @property {SpaceData[]} panes
 * @property {string[]} classes names by label
 * @property {number[]} present the labels that occur
 * @property {Choice} choice
 * @property {number} drawing how often the page has asked for the drawing pad
 */

const VIEW_DELAY = 700; // milliseconds after which a changed view is sent to Python
const SAY_DELAY = 400; // milliseconds after which a screen reader reads the card

export default class LatentMap {
  /** @param {HTMLElement} host @param {Component<Data>} component */
  constructor(host, component) {
    this.host = host;
    this.data = component.data;
    this.state = new State(this.data.choice);
    this.commits = new Commits(component, keyOf(this.data.choice));
    this.telling = 0;
    this.saying = 0;
    this.drawing = this.data.drawing;
    this.flow = new Flow(host);
    this.board = new Board(this);
    this.pinRow = new PinRow(this);
    this.numberedPin = new NumberedPin(this);
    this.selection = new Selection(this);
    this.sketch = new Sketch(this);
    this.toolbar = new Toolbar(this);
    this.status = element("p", { class: "lm-hidden", role: "status" });
    const retry = button("Try again", () => this.retry());
    const failed = "A part of the map did not arrive. ";
    this.alert = element("p", { class: "lm-alert", role: "alert", hidden: true }, failed, retry);
    const parts = [this.flow.element, this.toolbar.element, this.alert, this.board.element, this.status];
    this.host.replaceChildren(...parts);
    this.show();
  }

  // Data from Python

  /** @param {Component<Data>} component */
  update(component) {
    const { data } = component;
    const isOther = data.key !== this.data.key;
    const isNewer = this.commits.receive(component, keyOf(data.choice));
    this.data = data;
    if (isOther) {
      this.state.forget();
      this.selection.show([]);
    }
    if (isOther || isNewer) {
      this.state.choice = data.choice;
      this.board.panes.forEach((pane) => pane.adjust());
    }
    this.show();
    if (isOther || isNewer) this.board.rest();
    if (data.drawing > this.drawing) this.sketch.open();
    this.drawing = data.drawing;
  }

  show() {
    this.host.classList.toggle("lm-compact", this.data.compact);
    this.board.update(this.data.panes);
    this.refresh();
  }

  // Events of the panes

  /** @param {Pane} pane with its points, perhaps others than before */
  onPoints(pane) {
    pane.adjust();
    this.host.dataset.points = String(pane.space.points?.count ?? 0);
    this.pinRow.show();
  }

  onReady() {
    this.refresh();
    this.board.rest();
    this.host.dataset.ready = String(this.board.panes.filter(({ space }) => space.isReady).length);
  }

  /** @param {Pane} pane whose card has changed */
  onShown(pane) {
    if (pane.number) return;
    clearTimeout(this.saying);
    this.saying = window.setTimeout(() => say(this.status, pane.card.words), SAY_DELAY);
  }

  /** Show on its way through the network what a pane shows. @type {(pane: Pane, passage: Passage) => void} */
  pass(pane, passage) {
    if (!pane.number) this.flow.show(passage);
  }

  onView() {
    clearTimeout(this.telling);
    this.telling = window.setTimeout(() => this.commit(), VIEW_DELAY);
  }

  /** Report a failed request; a bound function. @param {unknown} error */
  fail = (error) => {
    console.error(error);
    this.alert.hidden = false;
  };

  // Changes by the visitor

  /** Set A, then B; a further place moves B. @param {Place} place */
  pin(place) {
    this.setPin(this.state.pins.a ? "B" : "A", place);
    this.commitPins();
  }

  /** @type {(letter: string, place: Place | null) => void} */
  setPin(letter, place) {
    this.state.pins.set(letter, place);
    this.refresh();
  }

  commitPins() {
    this.state.pins.commit();
    this.settle();
  }

  /** @param {"undo" | "redo"} direction */
  step(direction) {
    if (!this.state.pins.step(direction)) return;
    this.settle();
    this.sketch.takeUp();
  }

  clearPins() {
    this.state.pins.set("B", null);
    this.setPin("A", null);
    this.commitPins();
  }

  /** Clear the selection, or else the pointer, or else the pins. */
  escape() {
    const { a, b } = this.state.pins;
    if (!this.selection.element.hidden) this.clearSelection();
    else if (this.board.panes.some(({ stage }) => stage.marks.pointer)) this.board.rest();
    else if (a || b) this.clearPins();
  }

  /** @param {string} layer */
  setLayer(layer) {
    this.state.layer = layer;
    this.settle();
  }

  /** @param {number} label */
  toggleClass(label) {
    const { classes } = this.state;
    const others = classes.filter((other) => other !== label);
    const toggled = others.length < classes.length ? others : [...classes, label];
    this.showClasses(toggled.length === this.data.present.length ? [] : toggled);
  }

  /** @param {number[]} classes none for all */
  showClasses(classes) {
    this.state.classes = classes.sort((first, second) => first - second);
    this.board.panes.forEach(({ space }) => space.filter(classes));
    this.settle();
  }

  /** Select the images inside an outline drawn on a pane. @type {(pane: Pane, outline: Point[]) => void} */
  select(pane, outline) {
    this.selection.show(this.board.select(pane, outline), outline.length > 0);
  }

  clearSelection() {
    this.select(this.board.panes[0], []);
  }

  /** Show the state, and send it to Python. */
  settle() {
    this.refresh();
    this.board.rest();
    this.commit();
  }

  commit() {
    clearTimeout(this.telling);
    this.state.views = this.board.panes.map(({ stage }) => stage.view.text);
    const { choice } = this.state;
    this.commits.send(keyOf(choice), choice);
  }

  /** Fetch again what did not arrive, once Python has offered it. */
  retry() {
    this.alert.hidden = true;
    this.board.close();
    this.commits.retry();
  }

  refresh() {
    this.toolbar.show(this.state, this.data);
    this.pinRow.show();
    this.flow.repaint();
    this.board.panes.forEach((pane) => pane.refresh());
  }

  // Names

  /** @param {number} index of an image */
  titleOf(index) {
    const label = this.board.space?.points?.labels?.[index];
    return label === undefined ? `image ${index}` : `${this.data.classes[label]} · image ${index}`;
  }

  /** @param {Place | null} place */
  nameOf(place) {
    if (!place) return "not set";
    if (place.kind === "drawing") return "your drawing";
    if (place.kind === "image") {
      const { space } = this.board;
      const isHere = !space?.points || space.has(place.index);
      return isHere ? this.titleOf(place.index) : "an image that is not among these";
    }
    const isOurs = this.board.panes.some(({ space }) => space.owns(place));
    return isOurs ? "a code of no image" : "a place of another model";
  }

  close() {
    clearTimeout(this.telling);
    clearTimeout(this.saying);
    this.board.close();
    this.sketch.close();
  }
}
