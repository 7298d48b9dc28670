/** Drawing pad below the map: the visitor's image as pin A or B, with its reconstruction. */
import { element, figure } from "../shared/dom.js";
import { Pad } from "../drawing_pad/draw.js";
import { latest } from "../decoder/model.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { textOf } from "../shared/places.js";
import { themeOf } from "../shared/theme.js";
/** @import LatentMap from "./map.js" */

export class Sketch {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    this.rebuilt = pictureCanvas("Its reconstruction");
    this.target = element(
      "select",
      { "aria-label": "The drawing is" },
      element("option", {}, "A"),
      element("option", {}, "B"),
    );
    const place = element("div");
    this.pad = new Pad(place, {
      onImage: (image) => this.show(image),
      onCommit: (image) => this.commit(image),
    });
    this.rebuild = latest(
      (/** @type {Uint8Array} */ image) => this.map.board.space.reconstruct(image),
      (image) => paint(this.rebuilt, image, themeOf(map.host).dark),
    );
    this.element = element(
      "details",
      { class: "lm-drawing", toggle: () => this.takeUp() },
      element("summary", {}, "Draw a digit, or take a picture from a file"),
      element(
        "div",
        { class: "lm-drawing-parts" },
        place,
        figure(this.rebuilt, "its reconstruction"),
        element("label", { class: "lm-label" }, "On the map it is ", this.target),
      ),
    );
  }

  /** @param {Uint8Array | null} image */
  show(image) {
    this.map.setPin(this.target.value, image && { kind: "drawing", image });
    if (!image) paint(this.rebuilt, null, true);
    else if (this.map.board.space?.isReady) this.rebuild(image);
  }

  /** @param {Uint8Array | null} image */
  commit(image) {
    this.show(image);
    this.map.commitPins();
  }

  /** Show a drawing that has become a pin by a link or by Undo; remove one that is a pin no more. */
  takeUp() {
    const { a, b } = this.map.state.pins;
    const { image } = this.pad;
    const isPin = image && [a, b].map(textOf).includes(textOf({ kind: "drawing", image }));
    if (!this.element.open || isPin) return;
    const drawn = a?.kind === "drawing" ? a : b;
    if (drawn?.kind !== "drawing") {
      this.pad.setImage(null);
      paint(this.rebuilt, null, true);
      return;
    }
    this.target.value = drawn === a ? "A" : "B";
    this.pad.setImage(drawn.image);
    if (this.map.board.space?.isReady) this.rebuild(drawn.image);
  }

  close() {
    this.pad.destroy();
  }
}
