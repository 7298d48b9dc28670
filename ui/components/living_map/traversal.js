/** One slider a dimension, those that vary most first, around a code that stays marked. */
import { button, digits, element, say } from "../shared/dom.js";

const FIRST = 16;
const THUMB = 16; // pixels
const DEAD = 0.01; // variance of a dimension below which a variational model makes no use of it (Burda et al. 2016)

/**
 * @typedef {object} Dimension
 * @property {number} index
 * @property {number} low
 * @property {number} high
 * @property {number} variance over the codes
 */

/**
 * Every dimension with its range over the codes, those that vary most first.
 * @param {Float32Array} latents (N, D)
 * @param {number} dim
 * @returns {Dimension[]}
 */
export function dimensionsOf(latents, dim) {
  const count = latents.length / dim;
  return Array.from({ length: dim }, (_, index) => {
    let [low, high, sum, squares] = [Infinity, -Infinity, 0, 0];
    for (let i = index; i < latents.length; i += dim) {
      low = Math.min(low, latents[i]);
      high = Math.max(high, latents[i]);
      sum += latents[i];
      squares += latents[i] ** 2;
    }
    return { index, low, high, variance: squares / count - (sum / count) ** 2 };
  }).sort((a, b) => b.variance - a.variance);
}

export class Traversal {
  /**
   * @param {Dimension[]} dimensions
   * @param {boolean} isVariational
   * @param {(code: Float32Array) => void} onMove called while a slider moves
   * @param {() => void} onReset
   * @param {(letter: string) => void} onPin called to make the code A or B
   */
  constructor(dimensions, isVariational, onMove, onReset, onPin) {
    this.onMove = onMove;
    /** @type {Float32Array} */
    this.base = new Float32Array(dimensions.length);
    /** @type {Float32Array} */
    this.code = this.base;
    this.isVariational = isVariational;
    this.most = dimensions[0]?.variance ?? 0;
    this.sliders = dimensions.map((dimension) => this.slider(dimension));
    this.from = element("p", { class: "lm-note" });
    const buttons = element(
      "div",
      { class: "lm-group" },
      button("Pin as A", () => onPin("A")),
      button("Pin as B", () => onPin("B")),
      button("Back to the start", onReset),
    );
    const [first, rest] = [this.sliders.slice(0, FIRST), this.sliders.slice(FIRST)];
    const all = element(
      "details",
      {},
      element("summary", {}, `The other ${rest.length} dimensions`),
      element("div", { class: "lm-sliders" }, ...rest.map((slider) => slider.element)),
    );
    this.element = element(
      "details",
      { class: "lm-traversal" },
      element("summary", {}, "Move one dimension at a time"),
      this.from,
      element("div", { class: "lm-sliders" }, ...first.map((slider) => slider.element)),
      ...(rest.length ? [all] : []),
      buttons,
    );
  }

  /** @param {Dimension} dimension */
  slider({ index, low, high, variance }) {
    const isDead = this.isVariational ? variance < DEAD : variance < DEAD * this.most;
    const name = `z${index + 1}${isDead ? " (dead)" : ""}`;
    const input = element("input", { type: "range", step: "any", "aria-label": name });
    const mark = element("span", { class: "lm-mark", "aria-hidden": "true" }, "▲");
    const value = element("output");
    input.addEventListener("input", () => {
      this.code = this.code.slice();
      this.code[index] = Number(input.value);
      say(value, digits(this.code[index]));
      this.onMove(this.code);
    });
    const track = element("span", { class: "lm-track" }, input, mark);
    const label = element(
      "label",
      { class: isDead ? "lm-slider lm-dead" : "lm-slider" },
      element("span", {}, name),
      track,
      value,
    );
    return { element: label, input, mark, value, index, low, high };
  }

  /**
   * Start from a code: it lies within every slider's range, and stays marked.
   * @param {Float32Array} code
   * @param {string} name
   */
  start(code, name) {
    this.base = this.code = code;
    say(
      this.from,
      `Starts from ${name}, marked ▲ on every slider. Sorted by how much the data vary along them.`,
    );
    for (const { input, mark, value, index, low, high } of this.sliders) {
      const [least, most] = [Math.min(low, code[index]), Math.max(high, code[index])];
      input.min = String(least);
      input.max = String(most);
      input.value = String(code[index]);
      const share = most > least ? (code[index] - least) / (most - least) : 0.5;
      mark.style.left = `calc(${THUMB / 2}px + ${share} * (100% - ${THUMB}px))`; // a thumb stays within its track
      say(value, digits(code[index]));
    }
  }

  get isOpen() {
    return this.element.open;
  }
}
