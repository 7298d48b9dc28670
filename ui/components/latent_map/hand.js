/** One hand through several models at once: a slider along their paths, and beyond both ends. */
import { element, say } from "./dom.js";
import { Model, latest } from "./model.js";
import { paint, pictureCanvas } from "./pixels.js";
import { verdict } from "./card.js";
import { isOffData } from "./support.js";
import { themeOf } from "./theme.js";

/**
 * @typedef {object} Walk
 * @property {string} name of the model
 * @property {string} model address of its file
 * @property {number[][]} path the codes of its steps
 */
/** @typedef {{ data: { walks: Walk[] } }} Component */

const BEYOND = 0.5; // of the path, on either side
const START = 0.5;

/**
 * The code at a place on a path: between its steps on the line that joins them, beyond an end on the line
 * of its last two.
 * @param {number[][]} path
 * @param {number} t 0 at the first step, 1 at the last
 */
export function pathAt(path, t) {
  const at = t * (path.length - 1);
  const step = Math.min(Math.max(Math.floor(at), 0), path.length - 2);
  const share = at - step;
  if (share === 0) return Float32Array.from(path[step]);
  if (share === 1) return Float32Array.from(path[step + 1]);
  return Float32Array.from(path[step], (value, i) => value + share * (path[step + 1][i] - value));
}

/**
 * @param {HTMLElement} host
 * @param {Component} component
 */
export function mount(host, component) {
  return new Hand(host, component);
}

class Hand {
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
    this.models = element("div", { class: "hand-models" });
    const ends = element(
      "div",
      { class: "hand-ends", "aria-hidden": "true" },
      element("span", {}, "A"),
      element("span", {}, "B"),
    );
    host.replaceChildren(
      element(
        "label",
        { class: "hand-label" },
        element("span", {}, "Move along all paths at once, and beyond both ends: "),
        this.place,
      ),
      element("div", { class: "hand-track" }, this.slider, ends),
      this.models,
    );
    /** @type {Runner[]} */
    this.runners = [];
    this.update(component);
  }

  /** @param {Component} component */
  update({ data }) {
    data.walks.forEach((walk, number) => {
      const runner = this.runners[number];
      if (runner?.walk.model === walk.model) runner.walk = walk;
      else this.replace(number, walk);
    });
    this.runners.splice(data.walks.length).forEach((runner) => runner.close());
    this.move();
  }

  /**
   * @param {number} number
   * @param {Walk} walk
   */
  replace(number, walk) {
    this.runners[number]?.close();
    this.runners[number] = new Runner(this.host, walk, () => this.move());
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
   * @param {Walk} walk
   * @param {() => void} onReady
   */
  constructor(host, walk, onReady) {
    this.walk = walk;
    this.model = new Model();
    this.canvas = pictureCanvas(`Decoded by ${walk.name}`);
    this.verdict = element("strong");
    this.figure = element(
      "figure",
      {},
      this.canvas,
      element("figcaption", {}, walk.name, element("br"), this.verdict),
    );
    this.element = this.figure;
    this.isReady = false;
    this.look = latest(
      (/** @type {Float32Array} */ code) => this.model.look([code]),
      ([{ image, roundTrip }]) => {
        paint(this.canvas, image, themeOf(host).dark);
        say(this.verdict, verdict(roundTrip));
        this.figure.classList.toggle("hand-is-off", isOffData(roundTrip));
      },
    );
    this.model.ask("load", { url: walk.model }).then(
      () => {
        this.isReady = true;
        onReady();
      },
      () => say(this.verdict, "This model did not arrive. Reload the page."),
    );
  }

  /** @param {number} t */
  show(t) {
    if (this.isReady) this.look(pathAt(this.walk.path, t));
  }

  close() {
    this.model.close();
    this.element.remove();
  }
}
