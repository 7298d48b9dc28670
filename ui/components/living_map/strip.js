/** Strip: the straight path between two codes, decoded step by step, with the steps that are off the data. */
import { element, say } from "../shared/dom.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { oddityName, verdict } from "../decoder/support.js";
/** @import { Look } from "../decoder/model.js" */

const N_STEPS = 11;

/**
 * Linear interpolation in even steps, both ends exact; the same as in autoencoder/latent/paths.py.
 * @type {(start: Float32Array, end: Float32Array) => Float32Array[]}
 */
export function straightPath(start, end) {
  const last = N_STEPS - 1;
  return Array.from({ length: N_STEPS }, (_, step) => {
    if (step === 0) return start;
    if (step === last) return end;
    return start.map((value, i) => (value * (last - step) + end[i] * step) / last);
  });
}

export class Strip {
  /** @param {string} model */
  constructor(model) {
    this.model = model;
    this.title = element("p", { class: "lm-strip-title" });
    this.cells = Array.from({ length: N_STEPS }, (_, step) => cell(step));
    const list = element("ol", { class: "lm-strip" }, ...this.cells.map(({ element: item }) => item));
    const attributes = { "aria-label": `From A to B, by ${model}`, hidden: true };
    this.element = element("section", attributes, this.title, list);
  }

  /** Show one look per step; none hides the strip. @type {(looks: Look[], dark: boolean) => void} */
  show(looks, dark) {
    this.element.hidden = !looks.length;
    if (!looks.length) return;
    const name = oddityName(looks[0].dim);
    const verdicts = looks.map(verdict);
    verdicts.forEach(({ isOff, length }, step) => {
      const { canvas, value, element: item } = this.cells[step];
      paint(canvas, looks[step].image, dark);
      item.classList.toggle("lm-is-off", isOff);
      say(value, isOff ? `${length} off` : length);
      canvas.setAttribute("aria-label", `Step ${step + 1} of ${N_STEPS}, ${name} ${length}`);
    });
    const off = verdicts.filter(({ isOff }) => isOff).length;
    const words = `off the data in ${off} of ${N_STEPS} steps. Below each its ${name}.`;
    say(this.title, `A to B by ${this.model}: ${words}`);
  }
}

/** @param {number} step */
function cell(step) {
  const canvas = pictureCanvas("");
  const value = element("span");
  const name = step === 0 ? "A" : step === N_STEPS - 1 ? "B" : "";
  const end = element("span", { class: "lm-end" }, name);
  return { canvas, value, element: element("li", {}, end, canvas, value) };
}
