/** Latent traversal: one slider per dimension, by decreasing variance, around a code that stays marked. */
import { button, element, say } from "../shared/dom.js";
import { digits } from "../shared/numbers.js";
/** @import { Pane } from "./pane.js" */

const FIRST = 16;
const THUMB = 16; // pixels
const DEAD = 0.01; // variance below which a variational model makes no use of a dimension (Burda et al. 2016)

/**
 * Index, range and variance over the codes (N, D) of every dimension, by decreasing variance.
 * @param {Float32Array} latents
 * @param {number} dim
 */
function dimensionsOf(latents, dim) {
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
  /** @param {Pane} pane */
  constructor(pane) {
    const { dim, variational } = pane.space.data;
    const dimensions = dimensionsOf(pane.space.latents, dim);
    this.pane = pane;
    /** @type {Float32Array} */
    this.base = new Float32Array(dim);
    this.code = this.base;
    this.dead = variational ? DEAD : DEAD * dimensions[0].variance;
    this.sliders = dimensions.map((dimension) => this.slider(dimension));
    this.from = element("p", { class: "lm-note" });
    const buttons = element(
      "div",
      { class: "lm-group" },
      button("Pin as A", () => this.pin("A")),
      button("Pin as B", () => this.pin("B")),
      button("Back to the start", () => this.restart()),
    );
    const rows = (/** @type {typeof this.sliders} */ sliders) =>
      element("div", { class: "lm-sliders" }, ...sliders.map(({ element: row }) => row));
    const rest = this.sliders.slice(FIRST);
    const others = element("summary", {}, `The other ${rest.length} dimensions`);
    this.element = element(
      "details",
      { class: "lm-traversal", toggle: () => this.start() },
      element("summary", {}, "Move one dimension at a time"),
      this.from,
      rows(this.sliders.slice(0, FIRST)),
      ...(rest.length ? [element("details", {}, others, rows(rest))] : []),
      buttons,
    );
  }

  /** @param {ReturnType<typeof dimensionsOf>[0]} dimension */
  slider({ index, low, high, variance }) {
    const isDead = variance < this.dead;
    const name = `z${index + 1}${isDead ? " (dead)" : ""}`;
    const move = () => {
      this.code = this.code.slice();
      this.code[index] = Number(input.value);
      say(value, digits(this.code[index]));
      this.pane.inspector.showMoved(this.code, this.base);
    };
    const input = element("input", { type: "range", step: "any", "aria-label": name, input: move });
    const mark = element("span", { class: "lm-mark", "aria-hidden": "true" }, "▲");
    const value = element("output");
    const track = element("span", { class: "lm-track" }, input, mark);
    const attributes = { class: isDead ? "lm-slider lm-dead" : "lm-slider" };
    const label = element("label", attributes, element("span", {}, name), track, value);
    return { element: label, input, mark, value, index, low, high };
  }

  /** Start from A or else the mean code, which widens the range of a slider where it lies beyond. */
  start() {
    const { space, map } = this.pane;
    const { a } = map.state.pins;
    const code = (this.base = this.code = space.baseAt(a));
    const name = space.codeOf(a) ? "A" : "the mean code";
    const words = "marked ▲ on every slider. Sorted by how much the data vary along them.";
    say(this.from, `Starts from ${name}, ${words}`);
    for (const { input, mark, value, index, low, high } of this.sliders) {
      const [least, most] = [Math.min(low, code[index]), Math.max(high, code[index])];
      input.min = String(least);
      input.max = String(most);
      input.value = String(code[index]);
      const share = most > least ? (code[index] - least) / (most - least) : 0.5;
      // A thumb stays within its track.
      mark.style.left = `calc(${THUMB / 2}px + ${share} * (100% - ${THUMB}px))`;
      say(value, digits(code[index]));
    }
  }

  /** Start anew where A has become another. */
  follow() {
    const { space, map } = this.pane;
    const code = space.baseAt(map.state.pins.a);
    if (this.element.open && code.some((value, i) => value !== this.base[i])) this.start();
  }

  restart() {
    this.start();
    this.pane.map.board.rest();
  }

  /** @param {string} letter */
  pin(letter) {
    const { space, map } = this.pane;
    map.setPin(letter, { kind: "code", model: space.data.id, code: this.code });
    map.commitPins();
  }
}
