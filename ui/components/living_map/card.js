/** Card beside the map: the decoded image at the pointer and the nearest real one, with measures. */
import { element, figure, say } from "../shared/dom.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { verdict } from "../decoder/support.js";
/** @import { Pixels } from "../shared/pixels.js" */
/** @import { Point } from "../shared/view.js" */

/** @typedef {import("../decoder/support.js").Measures & { image: Float32Array }} Decoded */

const NO_VERDICT = { isOff: false, words: "", beside: "" };

export class Card {
  /** @param {string} model */
  constructor(model) {
    // Each image twice: in the card, and beside the pointer.
    this.decoded = [pictureCanvas("What the decoder draws"), pictureCanvas("")];
    this.near = [pictureCanvas("The nearest image"), pictureCanvas("")];
    this.title = element("strong");
    this.where = element("span");
    this.nearTitle = element("strong");
    this.nearHow = element("span");
    this.verdict = element("strong");
    this.distance = element("span");
    this.note = element("p", { class: "lm-note" });
    this.decodedFigure = figure(this.decoded[0], this.title, element("br"), this.where);
    this.nearFigure = figure(this.near[0], this.nearTitle, element("br"), this.nearHow);
    const figures = element("div", { class: "lm-figures" }, this.decodedFigure, this.nearFigure);
    const measures = element("p", { class: "lm-oddity" }, this.verdict, this.distance);
    const name = `What lies under the pointer, by ${model}`;
    const card = { class: "lm-card", role: "group", "aria-label": name };
    this.element = element("div", card, figures, measures, this.note);
    this.word = element("span");
    const float = { class: "lm-float", "aria-hidden": "true", hidden: true };
    this.float = element("div", float, this.decoded[1], this.near[1], this.word);
    this.dwell = 0;
    this.dark = false;
    /** @type {Decoded | null} */
    this.shown = null;
    /** @type {Pixels | null} */
    this.nearPixels = null;
  }

  /** @type {(shown: Decoded | null, title: string, where: string) => void} */
  setDecoded(shown, title, where) {
    this.shown = shown;
    this.paintDecoded(shown?.image ?? null);
    say(this.title, title);
    say(this.where, where);
    // Its place is kept, so that nothing moves when it goes and comes.
    this.decodedFigure.style.visibility = shown ? "visible" : "hidden";
    if (shown) this.decodedFigure.hidden = false;
    this.decoded[1].hidden = !shown;
    const { isOff, words, beside } = shown ? verdict(shown) : NO_VERDICT;
    say(this.word, isOff ? "off the data" : "");
    for (const each of [this.decodedFigure, this.decoded[1]]) each.classList.toggle("lm-is-off", isOff);
    say(this.verdict, words);
    say(this.distance, beside);
  }

  /** @param {Float32Array | null} image */
  paintDecoded(image) {
    for (const canvas of this.decoded) paint(canvas, image, this.dark);
  }

  /**
   * Ask for the nearest image and show it, after milliseconds in which another call cancels this one.
   * @type {(pixels: () => Promise<Pixels | null>, title: string, how: string, delay: number) => void}
   */
  setNear(pixels, title, how, delay) {
    clearTimeout(this.dwell);
    const show = async () => {
      const mine = this.dwell;
      const found = await pixels();
      if (mine !== this.dwell) return;
      this.nearPixels = found;
      this.paintNear();
      say(this.nearTitle, title);
      say(this.nearHow, how);
    };
    this.dwell = window.setTimeout(show, delay);
  }

  /** Show no image, and none that is on its way. */
  clearNear() {
    clearTimeout(this.dwell);
    this.dwell = 0;
    this.nearPixels = null;
    this.paintNear();
    for (const text of [this.nearTitle, this.nearHow]) say(text, "");
  }

  paintNear() {
    for (const canvas of this.near) paint(canvas, this.nearPixels, this.dark);
    // Its place is kept, so that nothing moves when it comes.
    this.nearFigure.style.visibility = this.nearPixels ? "visible" : "hidden";
    this.near[1].hidden = !this.nearPixels;
  }

  /** @param {boolean} dark */
  setTheme(dark) {
    if (dark === this.dark) return;
    this.dark = dark;
    this.paintDecoded(this.shown?.image ?? null);
    this.paintNear();
  }

  /**
   * Put the small card beside the pointer, on the side of the stage with room; null hides it.
   * @type {(at: Point | null, width: number) => void}
   */
  follow(at, width) {
    this.float.hidden = !at;
    if (!at) return;
    const aside = at[0] > width * 0.6 ? "calc(-100% - 18px)" : "18px";
    this.float.style.transform = `translate(${at[0]}px, ${at[1]}px) translate(${aside}, -50%)`;
  }

  /** Text for screen readers. */
  get words() {
    const code = `${this.title.textContent} ${this.where.textContent}`;
    const measures = `${this.verdict.textContent}, ${this.distance.textContent}`;
    const near = this.nearPixels ? `${this.nearHow.textContent}: ${this.nearTitle.textContent}.` : "";
    return this.shown ? `${code}, ${measures}. ${near}` : near;
  }
}
