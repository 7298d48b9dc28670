/** Pins A and B, with undo and redo. */
/** @import { Place } from "../shared/places.js" */

/** @typedef {{ a: Place | null, b: Place | null }} Pair */

export class Pins {
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

  /**
   * Place a pin, or take it off; `commit` makes this one change to undo.
   * @param {string} letter
   * @param {Place | null} place
   */
  set(letter, place) {
    this.focus = letter;
    this.before ??= this.pair;
    if (letter === "A") this.a = place;
    else this.b = place;
  }

  commit() {
    if (this.before) this.past.push(this.before);
    this.before = null;
    this.future = [];
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    return this.step(this.past, this.future);
  }

  /** @returns {boolean} whether there was something to redo */
  redo() {
    return this.step(this.future, this.past);
  }

  /** @type {(from: Pair[], to: Pair[]) => boolean} */
  step(from, to) {
    const pair = from.pop();
    if (!pair) return false;
    to.push(this.pair);
    Object.assign(this, pair);
    this.focus = pair.b ? "B" : "A";
    return true;
  }
}
