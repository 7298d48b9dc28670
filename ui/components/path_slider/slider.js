/** Slider along the paths of several models at once, and beyond both ends. */
import { element, say } from "../shared/dom.js";
import { Model, latest } from "../decoder/model.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { isOffData, verdict } from "../decoder/support.js";
import { themeOf } from "../shared/theme.js";

/**
 * @typedef {object} Path
 * @property {string} name of the model
 * @property {string} model address of its file
 * @property {number[][]} codes of the steps
 */
/** @typedef {{ data: { paths: Path[] } }} Component */

const BEYOND = 0.5; // of the path, on either side
const START = 0.5;

/**
 * The code at a place on a path: between its steps on the line that joins them, beyond an end on the line
 * of its last two.
 * @param {number[][]} codes of the steps
 * @param {number} t 0 at the first step, 1 at the last
 */
export function pathAt(codes, t) {
  const at = t * (codes.length - 1);
  const step = Math.min(Math.max(Math.floor(at), 0), codes.length - 2);
  const share = at - step;
  if (share === 0) return Float32Array.from(codes[step]);
  if (share === 1) return Float32Array.from(codes[step + 1]);
  return Float32Array.from(codes[step], (value, i) => value + share * (codes[step + 1][i] - value));
}

/**
 * @param {HTMLElement} host
 * @param {Component} component
 */
export function mount(host, component) {
  return new PathSlider(host, component);
}

class PathSlider {
  /**
   * @param {HTMLElement} host
   * @param {Component} component
   */
  constructor(host, component) {
    this.host = host;
    this.slider = element("input", {
      type: "range",
      min: -BEYOND,
      max: 1 + BEYOND,
      step: 0.01,
      value: START,
      "aria-label": "Place on the path: 0 is A, 1 is B",
      input: () => this.move(),
      keydown: (event) => event.stopPropagation(), // arrow keys are the slider's, not the page's
    });
    this.place = element("output");
    this.models = element("div", { class: "path-slider-models" });
    const ends = element(
      "div",
      { class: "path-slider-ends", "aria-hidden": "true" },
      element("span", {}, "A"),
      element("span", {}, "B"),
    );
    host.replaceChildren(
      element(
        "label",
        { class: "path-slider-label" },
        element("span", {}, "Move along all paths at once, and beyond both ends: "),
        this.place,
      ),
      element("div", { class: "path-slider-track" }, this.slider, ends),
      this.models,
    );
    /** @type {Runner[]} */
    this.runners = [];
    this.update(component);
  }

  /** @param {Component} component */
  update({ data }) {
    data.paths.forEach((path, number) => {
      const runner = this.runners[number];
      if (runner?.path.model === path.model) runner.path = path;
      else this.replace(number, path);
    });
    this.runners.splice(data.paths.length).forEach((runner) => runner.close());
    this.move();
  }

  /**
   * @param {number} number
   * @param {Path} path
   */
  replace(number, path) {
    this.runners[number]?.close();
    this.runners[number] = new Runner(this.host, path, () => this.move());
    this.models.replaceChildren(...this.runners.map((runner) => runner.element));
  }

  move() {
    const t = Number(this.slider.value);
    const beyond = t < 0 ? ", before A" : t > 1 ? ", beyond B" : "";
    say(this.place, `t = ${t.toFixed(2).replace("-", "−")}${beyond}`);
    this.runners.forEach((runner) => runner.show(t));
  }

  close() {
    this.runners.forEach((runner) => runner.close());
  }
}

class Runner {
  /**
   * @param {HTMLElement} host
   * @param {Path} path
   * @param {() => void} onReady
   */
  constructor(host, path, onReady) {
    this.path = path;
    this.model = new Model();
    this.canvas = pictureCanvas(`Decoded by ${path.name}`);
    this.verdict = element("strong");
    this.figure = element(
      "figure",
      {},
      this.canvas,
      element("figcaption", {}, path.name, element("br"), this.verdict),
    );
    this.element = this.figure;
    this.isReady = false;
    this.look = latest(
      (/** @type {Float32Array} */ code) => this.model.look([code]),
      ([{ image, roundTrip }]) => {
        paint(this.canvas, image, themeOf(host).dark);
        say(this.verdict, verdict(roundTrip));
        this.figure.classList.toggle("path-slider-is-off", isOffData(roundTrip));
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
    this.element.remove();
  }
}
