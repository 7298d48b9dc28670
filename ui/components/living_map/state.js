/** State of a map that links keep: pins with undo and redo, classes, layer and views. */
import { placeOf, textOf } from "../shared/places.js";
import { LAYERS } from "./layers.js";
/** @import { Place } from "../shared/places.js" */

/** @typedef {{ a: Place | null, b: Place | null }} Pair */
/**
 * The state in the notation of links.
 * @typedef {object} Choice
 * @property {string} a
 * @property {string} b
 * @property {string} classes labels between dots; "" for all
 * @property {string} layer
 * @property {string} view of each map, between semicolons
 */

export class State {
  /** @param {Choice} choice */
  constructor(choice) {
    this.pins = new Pins({ a: null, b: null });
    /** @type {number[]} */
    this.classes = [];
    this.layer = "none";
    /** @type {string[]} */
    this.views = [];
    this.choice = choice;
  }

  /** @returns {Choice} */
  get choice() {
    return {
      a: textOf(this.pins.a),
      b: textOf(this.pins.b),
      classes: this.classes.join("."),
      layer: this.layer,
      view: this.views.join(";").replace(/^;$/, ""),
    };
  }

  /** @param {Choice} choice */
  set choice({ a, b, classes, layer, view }) {
    this.pins.a = placeOf(a);
    this.pins.b = placeOf(b);
    this.classes = classes ? classes.split(".").map(Number) : [];
    this.layer = layer in LAYERS ? layer : "none";
    this.views = view.split(";");
  }

  /** Drop what can be undone. */
  forget() {
    this.pins = new Pins(this.pins.pair);
  }
}

/** @param {Choice} choice */
export function keyOf({ a, b, classes, layer, view }) {
  return [a, b, classes, layer, view].join("|");
}

/** Pins A and B, with undo and redo. */
class Pins {
  /** @param {Pair} pair */
  constructor({ a, b }) {
    this.a = a;
    this.b = b;
    this.focus = "A"; // the pin that is shown where nothing is hovered
    /** @type {Pair[]} */
    this.past = [];
    /** @type {Pair[]} */
    this.future = [];
    /** @type {Pair | null} before a change that is not committed yet */
    this.before = null;
  }

  /** @returns {Pair} */
  get pair() {
    return { a: this.a, b: this.b };
  }

  /** @param {string} letter */
  at(letter) {
    return letter === "A" ? this.a : this.b;
  }

  /** Place a pin, or remove it. @type {(letter: string, place: Place | null) => void} */
  set(letter, place) {
    this.focus = letter;
    this.before ??= this.pair;
    if (letter === "A") this.a = place;
    else this.b = place;
  }

  /** Make the changes since the last commit one that can be undone. */
  commit() {
    if (this.before) this.past.push(this.before);
    this.before = null;
    this.future = [];
  }

  /** Undo or redo a change; false where there is none. @param {"undo" | "redo"} direction */
  step(direction) {
    const [from, to] = direction === "undo" ? [this.past, this.future] : [this.future, this.past];
    const pair = from.pop();
    if (!pair) return false;
    to.push(this.pair);
    Object.assign(this, pair);
    this.focus = pair.b ? "B" : "A";
    return true;
  }
}
