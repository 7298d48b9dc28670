/** An image of the visitor's own, drawn or from a file, as a place on the map. */
import { element } from "../shared/dom.js";
import { createPad } from "../drawing_pad/draw.js";
import { latest } from "../decoder/model.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { textOf } from "../shared/places.js";
import { themeOf } from "../shared/theme.js";

export class Sketch {
  /** @param {import("./map.js").LatentMap} map */
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
    this.pad = createPad(place, {
      onImage: (image) => this.show(image),
      onCommit: (image) => this.commit(image),
    });
    this.rebuild = latest(
      (/** @type {Uint8Array} */ image) => this.map.panes[0].reconstruct(image),
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
        element("figure", {}, this.rebuilt, element("figcaption", {}, "its reconstruction")),
        element("label", { class: "lm-label" }, "On the map it is ", this.target),
      ),
    );
  }

  /** @param {Uint8Array | null} image */
  show(image) {
    this.map.setPlace(this.target.value, image && { kind: "drawing", image });
    if (!image) paint(this.rebuilt, null, true);
    else if (this.map.panes[0]?.isReady) this.rebuild(image);
  }

  /** @param {Uint8Array | null} image */
  commit(image) {
    this.show(image);
    this.map.commitPlaces();
  }

  /** Go on with a drawing that came with the link, or back by Undo; one that is no pin any more goes. */
  takeUp() {
    const { a, b } = this.map.state;
    const image = this.pad.image();
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
    if (this.map.panes[0]?.isReady) this.rebuild(drawn.image);
  }

  close() {
    this.pad.destroy();
  }
}
