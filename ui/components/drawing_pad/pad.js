/** Drawing pad as a component; Python receives the drawing when a stroke ends. */
import { Commits } from "../shared/commits.js";
import { placeOf, textOf } from "../shared/places.js";
import { Pad } from "./draw.js";
/** @import { Component } from "../shared/commits.js" */

/** @typedef {Component<{ drawing: string }>} PadComponent whose drawing is in the notation of links, or "" */

export default class DrawingPad {
  /** @param {HTMLElement} host @param {PadComponent} component */
  constructor(host, component) {
    this.commits = new Commits(component, "");
    this.pad = new Pad(host, { onImage: () => {}, onCommit: (image) => this.commit(image) });
    this.update(component);
  }

  /** @param {PadComponent} component */
  update(component) {
    const { drawing } = component.data;
    if (!this.commits.receive(component, drawing)) return;
    const place = placeOf(drawing);
    this.pad.setImage(place?.kind === "drawing" ? place.image : null);
  }

  /** @param {Uint8Array | null} image */
  commit(image) {
    const drawing = textOf(image && { kind: "drawing", image });
    this.commits.send(drawing, { drawing });
  }

  close() {
    this.pad.destroy();
  }
}
