/** Which places A and B are, in words, and the ways to set and undo them without a pointer. */
import { button, element, say } from "../shared/dom.js";

export class PinRow {
  /** @param {import("./map.js").LatentMap} map */
  constructor(map) {
    this.map = map;
    this.invitation = element("p", { class: "lm-invitation" });
    this.names = { a: element("span"), b: element("span") };
    this.number = element("input", {
      type: "number",
      min: 0,
      "aria-label": "Number of an image",
      placeholder: "image",
    });
    this.number.addEventListener("keydown", ({ key }) => key === "Enter" && this.pin());
    this.undo = button("Undo", () => map.undo());
    this.redo = button("Redo", () => map.redo());
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
    if (this.number.value) this.map.pinImage(Number(this.number.value));
  }

  /** Show what is set. */
  show() {
    const { a, b } = this.map.state;
    say(this.names.a, this.map.nameOf(a));
    say(this.names.b, this.map.nameOf(b));
    say(this.invitation, invitation(Boolean(a), Boolean(b)));
    this.undo.disabled = !this.map.history.length;
    this.redo.disabled = !this.map.future.length;
    this.clear.disabled = !a && !b;
  }
}

/**
 * @param {boolean} hasA
 * @param {boolean} hasB
 */
function invitation(hasA, hasB) {
  if (!hasA) return "Move over the map. Click two places, and walk from one to the other.";
  return hasB ? "Drag a pin to bend the walk, or click to move B." : "Now click a second place: B.";
}
