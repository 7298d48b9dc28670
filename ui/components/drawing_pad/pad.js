/** A drawing pad by itself: Python hears of a drawing when its stroke ends. */
import { createPad } from "./draw.js";
import { placeOf, textOf } from "../shared/places.js";

/**
 * @typedef {object} Data
 * @property {string} drawing as a link keeps it; "" for none
 * @property {number} seq of the last commit that Python has heard of
 */
/** @typedef {{ data: Data, setTriggerValue: (name: string, value: any) => void }} Component */

/**
 * @param {HTMLElement} host
 * @param {Component} component
 */
export function mount(host, component) {
  return new DrawingPad(host, component);
}

class DrawingPad {
  /**
   * @param {HTMLElement} host
   * @param {Component} component
   */
  constructor(host, component) {
    this.drawing = "";
    this.seq = component.data.seq;
    this.pad = createPad(host, { onImage: () => {}, onCommit: (image) => this.commit(image) });
    this.update(component);
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    const { drawing, seq } = component.data;
    // While a commit of ours is on its way, what Python says is older than what the visitor sees.
    if (seq < this.seq || drawing === this.drawing) return;
    this.drawing = drawing;
    const place = placeOf(drawing);
    this.pad.setImage(place?.kind === "drawing" ? place.image : null);
  }

  /** @param {Uint8Array | null} image */
  commit(image) {
    this.drawing = textOf(image && { kind: "drawing", image });
    this.component?.setTriggerValue("commit", { drawing: this.drawing, seq: ++this.seq });
  }

  close() {
    this.pad.destroy();
  }
}
