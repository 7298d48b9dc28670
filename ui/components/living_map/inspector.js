/** Inspector: decodes a place, shows it with the nearest image in the card, and rings that image. */
import { latest } from "../decoder/model.js";
import { say } from "../shared/dom.js";
import { digits, withMinus } from "../shared/numbers.js";
import { NOTHING } from "./flow.js";
/** @import { Look } from "../decoder/model.js" */
/** @import { Pixels } from "../shared/pixels.js" */
/** @import { Point } from "../shared/view.js" */
/** @import { Pane } from "./pane.js" */

export const PICK = 14; // pixels around the pointer in which a pin or a point is picked
const DWELL = 75; // milliseconds on one point before its image is shown, so that a sweep does not flicker
const FROM = { image: "from its code alone", code: "a code of no image", drawing: "your drawing" };

/**
 * Request to decode a code, and the texts beside its image.
 * @typedef {object} Request
 * @property {number} turn of the inspector in which it was made
 * @property {Float32Array} code
 * @property {Pixels | null} [input] image whose code it is
 * @property {boolean} near whether the nearest real image is wanted
 * @property {boolean} [isShared] whether the other maps ring that image too
 * @property {string} title
 * @property {string} where
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
    this.turn = 0; // counts the places shown: what an earlier one has asked for rings and names nothing
    this.whole = 0; // turn in which an image has been shown on its whole way through the network
    this.look = latest(
      (/** @type {Request} */ { code, near }) =>
        space.model.look([code], near, (image) => this.card.paintDecoded(image)),
      ([look], request) => this.show(look, request),
    );
  }

  /**
   * Show the place under the pointer, in pixels; returns the index of the nearest image on the map, or -1.
   * @type {(at: Point) => number}
   */
  hover(at) {
    const turn = ++this.turn;
    const { points, plane, isReady, data } = this.space;
    const { view } = this.stage;
    const point = view.toMap(at);
    const radius = plane && isReady ? PICK / view.scale : Infinity;
    const index = points?.nearest(point, radius) ?? -1;
    if (plane && isReady) {
      const numbers = point.slice(0, data.dim).map((value) => withMinus(value.toFixed(2)));
      const code = plane.invert(point, this.space.baseAt(this.map.state.pins.a));
      const near = index < 0;
      const texts = { title: "Drawn by the decoder", where: `at ${numbers.join(", ")}` };
      this.look({ turn, code, near, isShared: near, ...texts });
    } else this.showNothing();
    this.stage.marks.pointer = point;
    this.ring(index);
    if (index >= 0) this.showImage(index, "nearest on the map", DWELL, true);
    this.card.follow(at, view.width);
    return index;
  }

  /** Show the pin in focus, or else the mean code. */
  rest() {
    const turn = ++this.turn;
    const { space, stage, card } = this;
    const { a, b, focus } = this.map.state.pins;
    stage.marks.pointer = null;
    card.follow(null, 0);
    if (space.isEncoding([a, b])) return;
    const place = [this.map.state.pins.at(focus), a, b].find((pin) => pin && space.knows(pin)) ?? null;
    const letter = place === b ? "B" : "A";
    this.ring(place?.kind === "image" ? place.index : -1);
    const code = space.codeOf(place) ?? (space.plane && !place ? space.plane.middle : null);
    card.decodedFigure.hidden = !space.plane && !code;
    const input = place?.kind === "drawing" ? place.image : null;
    const near = place?.kind !== "image";
    if (!space.isReady || !code) this.showNothing();
    else if (place)
      this.look({ turn, code, input, near, title: `${letter}, decoded`, where: FROM[place.kind] });
    else this.look({ turn, code, near, title: "Decoded from the mean of the codes", where: "" });
    if (place?.kind === "image") this.showImage(place.index, `${letter}, the real image`, 0, true);
    else if (!space.isReady || !code) card.clearNear();
    say(card.note, this.note);
  }

  /** Show an image that the pointer found on another map. @param {number} index */
  showLinked(index) {
    const turn = ++this.turn;
    this.stage.marks.pointer = null;
    const code = this.space.codeOfImage(index);
    this.ring(code ? index : -1);
    if (!code) return this.card.clearNear();
    if (this.space.isReady)
      this.look({ turn, code, near: false, title: "The same image, decoded", where: "from its code alone" });
    this.showImage(index, "the same image", DWELL, true);
  }

  /** Claim no image any more, while the pointer of another map is on none. */
  unlink() {
    this.turn++;
    this.look.drop();
    this.ring(-1);
    this.showNothing();
    this.card.clearNear();
  }

  /** Show a code that the sliders have moved. @type {(code: Float32Array, start: Float32Array) => void} */
  showMoved(code, start) {
    const turn = ++this.turn;
    const distance = Math.hypot(...code.map((value, i) => value - start[i]));
    const where = `distance ${digits(distance)} in the code`;
    this.look({ turn, code, near: true, title: "Moved from the start", where });
    if (!this.space.plane) return;
    this.stage.marks.pointer = this.space.plane.place(code);
    this.stage.redrawFront();
  }

  /**
   * Show an answer. The pointer may be elsewhere by now: the image is still the latest there is, but the ring
   * and the nearest image are those of the newer place.
   * @type {(look: Look, request: Request) => void}
   */
  show(look, { turn, code, input = null, near, isShared, title, where }) {
    this.card.setDecoded(look, title, where);
    say(this.card.note, this.note);
    if (this.whole !== this.turn) this.map.pass(this.pane, { input, code, output: look.image });
    if (turn === this.turn && near && look.nearest >= 0) {
      this.ring(look.nearest);
      this.showImage(look.nearest, "nearest in code space", DWELL);
      if (isShared) this.map.board.link(this.pane, look.nearest);
    }
    this.map.onShown(this.pane);
  }

  showNothing() {
    this.look.drop();
    this.card.setDecoded(null, "", "");
    this.map.pass(this.pane, NOTHING);
    const isComing = this.space.plane && !this.space.isReady;
    say(this.card.note, isComing ? "The model is on its way." : this.note);
  }

  /**
   * Show an image after milliseconds; one that the pointer or a pin is on goes through the whole network.
   * @type {(index: number, how: string, delay?: number, isWhole?: boolean) => void}
   */
  showImage(index, how, delay = 0, isWhole = false) {
    const { turn, space } = this;
    const words = space.images ? how : `${how}, decoded`;
    const pixels = async () => {
      const found = await space.pixelsOf(index);
      if (isWhole && found && space.images) this.passWhole(index, found, turn).catch(this.map.fail);
      return found;
    };
    this.card.setNear(pixels, this.map.titleOf(index), words, delay);
  }

  /** @type {(index: number, input: Pixels, turn: number) => Promise<void>} */
  async passWhole(index, input, turn) {
    const code = this.space.codeOfImage(index);
    if (!code || !this.space.isReady || turn !== this.turn) return;
    const [output] = await this.space.model.decode([code]);
    if (turn !== this.turn) return;
    this.whole = turn;
    this.map.pass(this.pane, { input, code, output });
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
