/** What the pointer finds: the image that is decoded there, and the nearest real one, with their measures. */
import { digits, element, say } from "../shared/dom.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { isOffData, verdict } from "../decoder/support.js";

/** @typedef {import("../shared/pixels.js").Pixels} Pixels */

/**
 * A code, decoded and measured.
 * @typedef {object} Drawn
 * @property {Float32Array} image
 * @property {number} roundTrip in the model's units
 * @property {number} distance
 */

export const DWELL = 75; // milliseconds on one point before its image is shown: a sweep shall not flicker

export class Card {
  /** @param {string} model */
  constructor(model) {
    this.drawn = pictureCanvas("What the decoder draws");
    this.near = pictureCanvas("The nearest image");
    this.drawnTitle = element("strong");
    this.drawnWhere = element("span");
    this.nearTitle = element("strong");
    this.nearHow = element("span");
    this.verdict = element("strong");
    this.distance = element("span");
    this.note = element("p", { class: "lm-note" });
    this.drawnFigure = figure(this.drawn, this.drawnTitle, this.drawnWhere);
    this.nearFigure = figure(this.near, this.nearTitle, this.nearHow);
    this.element = element(
      "div",
      { class: "lm-card", role: "group", "aria-label": `What lies under the pointer, by ${model}` },
      element("div", { class: "lm-figures" }, this.drawnFigure, this.nearFigure),
      element("p", { class: "lm-oddity" }, this.verdict, this.distance),
      this.note,
    );
    this.floating = {
      drawn: pictureCanvas(""),
      near: pictureCanvas(""),
    };
    this.float = element("div", { class: "lm-float", "aria-hidden": "true", hidden: true });
    this.floatingWord = element("span");
    this.float.append(this.floating.drawn, this.floating.near, this.floatingWord);
    this.dwell = 0;
    this.dark = false;
    /** @type {Drawn | null} */
    this.shown = null;
    /** @type {Pixels | null} */
    this.nearPixels = null;
  }

  /**
   * @param {Drawn | null} drawn null where there is no decoding here
   * @param {string} title
   * @param {string} where
   */
  setDrawn(drawn, title, where) {
    this.shown = drawn;
    this.paintDrawn(drawn?.image ?? null);
    say(this.drawnTitle, title);
    say(this.drawnWhere, where);
    // Its place is kept, so that nothing moves when it goes and comes.
    this.drawnFigure.style.visibility = drawn ? "visible" : "hidden";
    if (drawn) this.drawnFigure.hidden = false;
    this.floating.drawn.hidden = !drawn;
    const isOff = Boolean(drawn && isOffData(drawn.roundTrip));
    say(this.floatingWord, isOff ? "off the data" : "");
    this.drawnFigure.classList.toggle("lm-is-off", isOff);
    this.floating.drawn.classList.toggle("lm-is-off", isOff);
    say(this.verdict, drawn ? verdict(drawn.roundTrip) : "");
    say(this.distance, drawn ? `distance to the data ${digits(drawn.distance)}` : "");
  }

  /** @param {Float32Array | null} image */
  paintDrawn(image) {
    for (const canvas of [this.drawn, this.floating.drawn]) paint(canvas, image, this.dark);
  }

  /**
   * Show the nearest image after a short stay, or at once.
   * @param {() => Promise<Pixels | null> | Pixels | null} pixels asked for after the stay only
   * @param {string} title
   * @param {string} how
   * @param {number} [after] milliseconds
   */
  setNear(pixels, title, how, after = 0) {
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
    this.dwell = window.setTimeout(show, after);
  }

  paintNear() {
    for (const canvas of [this.near, this.floating.near]) paint(canvas, this.nearPixels, this.dark);
    // Its place is kept, so that nothing moves when it comes.
    this.nearFigure.style.visibility = this.nearPixels ? "visible" : "hidden";
    this.floating.near.hidden = !this.nearPixels;
  }

  /** @param {boolean} dark */
  setTheme(dark) {
    if (dark === this.dark) return;
    this.dark = dark;
    for (const canvas of [this.drawn, this.floating.drawn]) paint(canvas, this.shown?.image ?? null, dark);
    this.paintNear();
  }

  /**
   * Put the small card beside the pointer, on the side where there is room; null hides it.
   * @param {[number, number] | null} at
   * @param {number} width of the stage
   */
  follow(at, width) {
    this.float.hidden = !at;
    if (!at) return;
    const isRight = at[0] > width * 0.6;
    this.float.style.transform = `translate(${at[0]}px, ${at[1]}px) translate(${isRight ? "calc(-100% - 18px)" : "18px"}, -50%)`;
  }

  /** What the card shows, in words. */
  get words() {
    const drawn = this.shown
      ? `${this.drawnTitle.textContent} ${this.drawnWhere.textContent}, ${this.verdict.textContent}, ${this.distance.textContent}. `
      : "";
    return `${drawn}${this.nearHow.textContent}: ${this.nearTitle.textContent}.`;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} title
 * @param {HTMLElement} below
 */
function figure(canvas, title, below) {
  return element("figure", {}, canvas, element("figcaption", {}, title, element("br"), below));
}
