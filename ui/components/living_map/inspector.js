/** Inspector: decodes a place, shows it with the nearest image in the card, and rings that image. */
import { latest } from "../decoder/model.js";
import { say } from "../shared/dom.js";
import { digits, withMinus } from "../shared/numbers.js";
/** @import { Look } from "../decoder/model.js" */
/** @import { Point } from "../shared/view.js" */
/** @import { Pane } from "./pane.js" */

export const PICK = 14; // pixels around the pointer in which a pin or a point is picked
const DWELL = 75; // milliseconds on one point before its image is shown, so that a sweep does not flicker
const FROM = { image: "from its code alone", code: "a code of no image", drawing: "your drawing" };

/**
 * Request to decode a code, with the nearest real image if wanted, and the texts beside its image.
 * @typedef {{ code: Float32Array, near: boolean, title: string, where: string }} Request
 */

export class Inspector {
  /** @param {Pane} pane */
  constructor(pane) {
    const { space, stage, card, map } = pane;
    this.pane = pane;
    this.space = space;
    this.stage = stage;
    this.card = card;
    this.map = map;
    this.look = latest(
      (/** @type {Request} */ { code, near }) =>
        space.model.look([code], near, (image) => card.paintDecoded(image)),
      ([look], request) => this.show(look, request),
    );
  }

  /**
   * Show the place under the pointer, in pixels; returns the index of the nearest image on the map, or -1.
   * @type {(at: Point) => number}
   */
  hover(at) {
    const { points, plane, isReady, data } = this.space;
    const { view } = this.stage;
    const point = view.toMap(at);
    const radius = plane && isReady ? PICK / view.scale : Infinity;
    const index = points?.nearest(point, radius) ?? -1;
    if (plane && isReady) {
      const numbers = point.slice(0, data.dim).map((value) => withMinus(value.toFixed(2)));
      const code = plane.invert(point, this.space.baseAt(this.map.state.pins.a));
      const where = `at ${numbers.join(", ")}`;
      this.look({ code, near: index < 0, title: "Drawn by the decoder", where });
    } else this.showNothing();
    this.stage.marks.pointer = point;
    this.ring(index);
    if (index >= 0) this.showImage(index, "nearest on the map", DWELL);
    this.card.follow(at, view.width);
    return index;
  }

  /** Show the pin in focus, or else the mean code. */
  rest() {
    const { space, stage, card } = this;
    const { a, b, focus } = this.map.state.pins;
    stage.marks.pointer = null;
    card.follow(null, 0);
    if (space.isEncoding([a, b])) return;
    const place = this.map.state.pins.at(focus);
    this.ring(place?.kind === "image" ? place.index : -1);
    const code = space.codeOf(place) ?? (space.plane && !place ? space.plane.middle : null);
    card.decodedFigure.hidden = !space.plane && !code;
    if (!space.isReady || !code) this.showNothing();
    else if (place)
      this.look({ code, near: place.kind !== "image", title: `${focus}, decoded`, where: FROM[place.kind] });
    else this.look({ code, near: true, title: "The middle of the codes", where: "decoded" });
    if (place?.kind === "image") this.showImage(place.index, `${focus}, the real image`);
    say(card.note, this.note);
  }

  /** Show an image that the pointer found on another map. @param {number} index */
  showLinked(index) {
    this.stage.marks.pointer = null;
    const code = this.space.codeOfImage(index);
    this.ring(code ? index : -1);
    if (!code || !this.space.isReady) return;
    this.look({ code, near: false, title: "The same image, decoded", where: "from its code alone" });
    this.showImage(index, "the same image", DWELL);
  }

  /** Show a code that the sliders have moved. @type {(code: Float32Array, start: Float32Array) => void} */
  showMoved(code, start) {
    const distance = Math.hypot(...code.map((value, i) => value - start[i]));
    const where = `distance ${digits(distance)} in the code`;
    this.look({ code, near: true, title: "Moved from the start", where });
    if (!this.space.plane) return;
    this.stage.marks.pointer = this.space.plane.place(code);
    this.stage.redrawFront();
  }

  /** @type {(look: Look, request: Request) => void} */
  show(look, { near, title, where }) {
    this.card.setDecoded(look, title, where);
    say(this.card.note, this.note);
    if (near && look.nearest >= 0) {
      this.ring(look.nearest);
      this.showImage(look.nearest, "nearest in code space", DWELL);
    }
    this.map.onShown(this.pane);
  }

  showNothing() {
    this.card.setDecoded(null, "", "");
    say(this.card.note, this.space.plane ? "The model is on its way." : this.note);
  }

  /** Show an image after milliseconds. @type {(index: number, how: string, delay?: number) => void} */
  showImage(index, how, delay = 0) {
    const words = this.space.images ? how : `${how}, decoded`;
    this.card.setNear(() => this.space.pixelsOf(index), this.map.titleOf(index), words, delay);
  }

  /** @param {number} index of an image; -1 for none */
  ring(index) {
    this.stage.marks.ring = index;
    this.stage.redrawFront();
  }

  /** Explanation of the plane in which the pointer moves. */
  get note() {
    const { a, b } = this.map.state.pins;
    const { plane, dim, why_not_invert: whyNot } = this.space.data;
    const noLine = a && b ? " The path from A to B is no line here, so it is not drawn." : "";
    if (!this.space.plane) return `${whyNot}${noLine}`;
    if (plane === "code" && dim === 1) return "The code has one dimension: height means nothing here.";
    if (plane === "code") return "The two axes are the two numbers of the code.";
    const through = this.space.codeOf(a) ? "A" : "their mean, until A is set";
    return `The pointer moves in one plane of the codes' ${dim} dimensions, through ${through}.`;
  }
}
