/** Row below the map: the places of both pins in words, and controls to set and undo them. */
import { button, element, say } from "../shared/dom.js";
/** @import LatentMap from "./map.js" */

export class PinRow {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    this.invitation = element("p", { class: "lm-invitation" });
    this.names = { a: element("span"), b: element("span") };
    const attributes = { type: "number", min: 0, placeholder: "image" };
    this.number = element("input", { ...attributes, "aria-label": "Number of an image" });
    this.number.addEventListener("keydown", ({ key }) => key === "Enter" && this.pin());
    this.undo = button("Undo", () => map.step("undo"));
    this.redo = button("Redo", () => map.step("redo"));
    this.clear = button("Clear pins", () => map.clearPins());
    this.element = element(
      "div",
      { class: "lm-pins" },
      element("span", { class: "lm-pin" }, element("b", {}, "A "), this.names.a),
      element("span", { class: "lm-pin" }, element("b", {}, "B "), this.names.b),
      this.number,
      button("Pin this image", () => this.pin()),
      this.undo,
      this.redo,
      this.clear,
    );
  }

  pin() {
    const index = this.number.valueAsNumber;
    if (Number.isInteger(index) && this.map.board.space?.has(index)) this.map.pin({ kind: "image", index });
  }

  /** Show the pins as they are. */
  show() {
    const { a, b, past, future } = this.map.state.pins;
    say(this.names.a, this.map.nameOf(a));
    say(this.names.b, this.map.nameOf(b));
    say(this.invitation, invitation(Boolean(a), Boolean(b)));
    this.undo.disabled = !past.length;
    this.redo.disabled = !future.length;
    this.clear.disabled = !a && !b;
  }
}

/** @type {(hasA: boolean, hasB: boolean) => string} */
function invitation(hasA, hasB) {
  if (!hasA) return "Move over the map. Click two places, and walk from one to the other.";
  return hasB ? "Drag a pin to bend the path, or click to move B." : "Now click a second place: B.";
}
