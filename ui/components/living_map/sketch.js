/** Drawing pad between map and card: the visitor's image as pin A or B, with its reconstruction. */
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
    const options = ["A", "B"].map((letter) => element("option", {}, letter));
    this.target = element("select", { "aria-label": "The drawing is" }, ...options);
    const target = element("label", { class: "lm-label" }, "On the map it is", this.target);
    this.element = element("section", { class: "lm-drawing", "aria-label": "Your drawing", hidden: true });
    this.pad = new Pad(this.element, {
      onImage: (image) => this.show(image),
      onCommit: (image) => {
        this.show(image);
        map.commitPins();
      },
    });
    this.pad.figures.append(figure(this.rebuilt, "its reconstruction"));
    this.element.append(target);
    this.rebuild = latest(
      async (/** @type {Uint8Array} */ image) => {
        const { model } = map.board.space;
        return model.decode([await model.encode(image)]);
      },
      ([image]) => paint(this.rebuilt, image, themeOf(map.host).dark),
    );
  }

  toggle() {
    if (this.element.hidden) this.open();
    else this.setOpen(false);
  }

  open() {
    this.setOpen(true);
    this.takeUp();
    const stages = this.map.board.panes.slice(0, 1).map(({ stage }) => stage.element);
    for (const part of [this.pad.paper.canvas, ...stages]) part.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} isOpen */
  setOpen(isOpen) {
    this.element.hidden = !isOpen;
    this.map.host.classList.toggle("lm-draws", isOpen);
    this.map.refresh();
  }

  /** @param {Uint8Array | null} image */
  show(image) {
    this.map.setPin(this.target.value, image && { kind: "drawing", image });
    this.showRebuilt(image);
  }

  /** @param {Uint8Array | null} image */
  showRebuilt(image) {
    if (!image) {
      this.rebuild.drop();
      paint(this.rebuilt, null, true);
    } else if (this.map.board.space?.isReady) this.rebuild(image);
  }

  /** Show a drawing that has become a pin by a link or by Undo; remove one that is a pin no more. */
  takeUp() {
    const { a, b } = this.map.state.pins;
    const { image } = this.pad;
    const isPin = image && [a, b].map(textOf).includes(textOf({ kind: "drawing", image }));
    if (this.element.hidden || isPin) return;
    const drawn = [a, b].find((place) => place?.kind === "drawing");
    const found = drawn?.kind === "drawing" ? drawn.image : null;
    if (found) this.target.value = drawn === a ? "A" : "B";
    this.pad.setImage(found);
    this.showRebuilt(found);
  }

  close() {
    this.pad.destroy();
  }
}
