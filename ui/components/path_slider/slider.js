/** Slider along the paths of several models at once, and beyond both ends. */
import { Model, latest } from "../decoder/model.js";
import { verdict } from "../decoder/support.js";
import { element, figure, say, slider } from "../shared/dom.js";
import { clamp, withMinus } from "../shared/numbers.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { themeOf } from "../shared/theme.js";

/** @typedef {{ name: string, model: string, codes: number[][] }} Path name and address of a model; steps */
/** @typedef {{ data: { paths: Path[] } }} Component */

const BEYOND = 0.5; // of the path, on either side
const START = 0.5;

/**
 * Piecewise linear interpolation between codes, with extrapolation of the first and last piece; `t` is 0 at
 * the first code and 1 at the last.
 * @type {(codes: number[][], t: number) => Float32Array}
 */
function pathAt(codes, t) {
  const at = t * (codes.length - 1);
  const step = clamp(Math.floor(at), 0, codes.length - 2);
  const share = at - step;
  if (share === 0) return Float32Array.from(codes[step]);
  if (share === 1) return Float32Array.from(codes[step + 1]);
  return Float32Array.from(codes[step], (value, i) => value + share * (codes[step + 1][i] - value));
}

export default class PathSlider {
  /** @param {HTMLElement} host @param {Component} component */
  constructor(host, component) {
    this.host = host;
    const range = { min: -BEYOND, max: 1 + BEYOND, step: 0.01, value: START };
    const name = "Place on the path: 0 is A, 1 is B";
    this.slider = slider({ ...range, "aria-label": name }, () => this.move());
    this.place = element("output");
    this.models = element("div", { class: "path-slider-models" });
    const words = element("span", {}, "Move along all paths at once, and beyond both ends: ");
    const [a, b] = [element("span", {}, "A"), element("span", {}, "B")];
    const ends = element("div", { class: "path-slider-ends", "aria-hidden": "true" }, a, b);
    host.replaceChildren(
      element("label", { class: "path-slider-label" }, words, this.place),
      element("div", { class: "path-slider-track" }, this.slider, ends),
      this.models,
    );
    /** @type {Decoded[]} */
    this.decoded = [];
    this.update(component);
  }

  /** @param {Component} component */
  update({ data }) {
    data.paths.forEach((path, number) => {
      const before = this.decoded[number];
      if (before?.path.model === path.model) before.path = path;
      else {
        before?.close();
        this.decoded[number] = new Decoded(this.host, path, () => this.move());
      }
    });
    this.decoded.splice(data.paths.length).forEach((decoded) => decoded.close());
    this.models.replaceChildren(...this.decoded.map(({ figure: each }) => each));
    this.move();
  }

  move() {
    const t = this.slider.valueAsNumber;
    const beyond = t < 0 ? ", before A" : t > 1 ? ", beyond B" : "";
    say(this.place, `t = ${withMinus(t.toFixed(2))}${beyond}`);
    this.decoded.forEach((decoded) => decoded.show(t));
  }

  close() {
    this.decoded.forEach((decoded) => decoded.close());
  }
}

/** Picture at a place on the path of one model, with its round trip. */
class Decoded {
  /** @param {HTMLElement} host @param {Path} path @param {() => void} onReady */
  constructor(host, path, onReady) {
    this.path = path;
    this.model = new Model();
    this.canvas = pictureCanvas(`Decoded by ${path.name}`);
    this.verdict = element("strong");
    this.figure = figure(this.canvas, path.name, element("br"), this.verdict);
    this.isReady = false;
    this.look = latest(
      (/** @type {Float32Array} */ code) => this.model.look([code]),
      ([look]) => {
        const { isOff, words } = verdict(look);
        paint(this.canvas, look.image, themeOf(host).dark);
        say(this.verdict, words);
        this.figure.classList.toggle("path-slider-is-off", isOff);
      },
    );
    this.model.ask("load", { url: path.model }).then(
      () => {
        this.isReady = true;
        onReady();
      },
      () => say(this.verdict, "This model did not arrive. Reload the page."),
    );
  }

  /** @param {number} t */
  show(t) {
    if (this.isReady) this.look(pathAt(this.path.codes, t));
  }

  close() {
    this.model.close();
    this.figure.remove();
  }
}
