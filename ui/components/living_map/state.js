/** State of a map that links keep: pins, classes, layer and views. */
import { placeOf, textOf } from "../shared/places.js";
import { LAYERS } from "./layers.js";
import { Pins } from "./pins.js";

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
