/** Strip: the straight path between two codes, decoded step by step, with the steps that are off the data. */
import { element, say } from "../shared/dom.js";
import { digits } from "../shared/numbers.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { isOffData } from "../decoder/support.js";
/** @import { Look } from "../decoder/model.js" */

export const N_STEPS = 11;

/**
 * Linear interpolation in even steps, both ends exact; the same as in autoencoder/latent/paths.py.
 * @param {Float32Array} start
 * @param {Float32Array} end
 * @param {number} [count]
 */
export function straightPath(start, end, count = N_STEPS) {
  return Array.from({ length: count }, (_, step) => {
    if (step === 0) return start;
    if (step === count - 1) return end;
    return start.map((value, i) => (value * (count - 1 - step) + end[i] * step) / (count - 1));
  });
}

export class Strip {
  /** @param {string} model */
  constructor(model) {
    this.model = model;
    this.title = element("p", { class: "lm-strip-title" });
    this.cells = Array.from({ length: N_STEPS }, (_, step) => cell(step));
    const list = element("ol", { class: "lm-strip" }, ...this.cells.map(({ element: item }) => item));
    this.element = element(
      "section",
      { "aria-label": `From A to B, by ${model}`, hidden: true },
      this.title,
      list,
    );
    /** @type {Look[]} */
    this.looks = [];
    this.dark = false;
  }

  /** @param {Look[]} looks one per step; none hides the strip */
  show(looks) {
    this.looks = looks;
    this.element.hidden = !looks.length;
    looks.forEach(({ image, roundTrip }, step) => {
      const { canvas, value, element: item } = this.cells[step];
      const isOff = isOffData(roundTrip);
      paint(canvas, image, this.dark);
      item.classList.toggle("lm-is-off", isOff);
      say(value, isOff ? `${digits(roundTrip)} off` : digits(roundTrip));
      canvas.setAttribute("aria-label", `Step ${step + 1} of ${N_STEPS}, round trip ${digits(roundTrip)}`);
    });
    const off = looks.filter(({ roundTrip }) => isOffData(roundTrip)).length;
    say(
      this.title,
      `A to B by ${this.model}: off the data in ${off} of ${N_STEPS} steps. Below each its round trip.`,
    );
  }

  /** @param {boolean} dark */
  setTheme(dark) {
    if (dark === this.dark) return;
    this.dark = dark;
    this.show(this.looks);
  }
}

/** @param {number} step */
function cell(step) {
  const canvas = pictureCanvas("");
  const value = element("span");
  const name = step === 0 ? "A" : step === N_STEPS - 1 ? "B" : "";
  return {
    canvas,
    value,
    element: element("li", {}, element("span", { class: "lm-end" }, name), canvas, value),
  };
}
