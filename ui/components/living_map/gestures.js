/**
 * What hands do on a map, as few words: hover, click, drag, pan, zoom, outline. Mouse, pen and touch: a
 * finger is the pointer, two fingers pan and zoom. Keys: arrows, Enter, Escape, +, -, 0, and Ctrl+Z to undo. A
 * wheel scrolls the page, and zooms with Ctrl; so a trackpad reports a pinch, too.
 */

/**
 * @typedef {object} Handlers places are in pixels from the top left of the element
 * @property {(left: number, top: number) => void} hover
 * @property {() => void} leave
 * @property {(left: number, top: number) => void} click
 * @property {(left: number, top: number) => string} pinAt the letter of the pin there, or ""
 * @property {(letter: string, left: number, top: number) => void} drag
 * @property {(letter: string) => void} drop
 * @property {(right: number, down: number) => void} pan
 * @property {(factor: number, left: number, top: number) => void} zoom
 * @property {() => void} fit
 * @property {(outline: [number, number][], isDone: boolean) => void} outline
 * @property {() => void} escape
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} scroll the page, by a wheel over the map
 * @property {() => string} tool "move", "box" or "lasso"
 */

const SLACK = 5; // pixels that a click may move
const STEP = 8; // pixels of an arrow key
const LEAP = 40; // with shift
const WHEEL = 0.01; // of zoom, as its logarithm, per pixel that a pinch on a trackpad or a wheel turns
const MOST_WHEEL = 0.2; // a notch of a wheel turns a hundred pixels at once

export class Gestures {
  /**
   * @param {HTMLElement} stage
   * @param {Handlers} handlers
   */
  constructor(stage, handlers) {
    this.stage = stage;
    this.handlers = handlers;
    /** @type {Map<number, [number, number]>} fingers and buttons that are down */
    this.down = new Map();
    this.start = /** @type {[number, number]} */ ([0, 0]);
    this.hasMoved = false; // whether the pointer that is down ever left its slack
    this.mode = ""; // what the button that is down does: "click", "pan", "box", "lasso", "touch", "pinch" or "drag"
    this.pin = "";
    /** @type {[number, number][]} */
    this.outline = [];
    /** @type {[number, number] | null} */
    this.pointer = null;
    stage.addEventListener("pointerdown", (event) => this.onDown(event));
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    // Where there is this event, a move need not wait for the next frame.
    this.hovers = "onpointerrawupdate" in stage ? "pointerrawupdate" : "pointermove";
    stage.addEventListener(this.hovers, (event) => this.onHover(/** @type {PointerEvent} */ (event)));
    stage.addEventListener("pointerup", (event) => this.onUp(event));
    stage.addEventListener("pointercancel", (event) => this.onUp(event, true));
    stage.addEventListener("pointerleave", (event) => this.onLeave(event));
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("keydown", (event) => this.onKey(event));
    stage.addEventListener("blur", () => this.pointer && this.onBlur());
  }

  /** @param {MouseEvent} event @returns {[number, number]} */
  at(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left - this.stage.clientLeft, event.clientY - box.top - this.stage.clientTop];
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const at = this.at(event);
    this.stage.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, at);
    if (this.down.size === 2) {
      this.mode = "pinch";
      this.handlers.leave();
      return;
    }
    this.start = at;
    this.hasMoved = false;
    this.pin = this.handlers.pinAt(...at);
    const tool = event.shiftKey ? "box" : this.handlers.tool();
    if (this.pin) this.mode = "drag";
    else if (tool !== "move") this.beginOutline(tool, at);
    else this.mode = event.pointerType === "touch" ? "touch" : "click";
    if (this.mode === "touch") this.handlers.hover(...at);
  }

  /**
   * @param {string} tool
   * @param {[number, number]} at
   */
  beginOutline(tool, at) {
    this.mode = tool;
    this.outline = [at];
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const at = this.at(event);
    const before = this.down.get(event.pointerId);
    if (!before) return;
    if (this.mode === "pinch") this.pinch(event.pointerId, at);
    this.down.set(event.pointerId, at);
    this.hasMoved ||= Math.hypot(at[0] - this.start[0], at[1] - this.start[1]) > SLACK;
    if (this.mode === "click" && this.hasMoved) this.mode = "pan";
    if (this.mode === "pan") this.handlers.pan(at[0] - before[0], at[1] - before[1]);
    if (this.mode === "touch") this.handlers.hover(...at);
    if (this.mode === "drag" && this.hasMoved) this.handlers.drag(this.pin, ...at);
    if (this.mode === "box" || this.mode === "lasso") this.extendOutline(at);
  }

  /** @param {PointerEvent} event */
  onHover(event) {
    if (this.down.has(event.pointerId)) return;
    this.pointer = null;
    this.handlers.hover(...this.at(event));
  }

  /** @param {[number, number]} at */
  extendOutline(at) {
    const [x, y] = this.start;
    if (this.mode === "lasso") this.outline.push(at);
    else this.outline = [[x, y], [at[0], y], at, [x, at[1]]];
    this.handlers.outline(this.outline, false);
  }

  /**
   * @param {number} id
   * @param {[number, number]} at
   */
  pinch(id, at) {
    const before = /** @type {[number, number]} */ (this.down.get(id));
    const other = [...this.down].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const spread = (/** @type {[number, number]} */ [x, y]) => Math.hypot(x - other[0], y - other[1]) || 1;
    this.handlers.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    this.handlers.zoom(spread(at) / spread(before), (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
  }

  /**
   * @param {PointerEvent} event
   * @param {boolean} [isCancelled]
   */
  onUp(event, isCancelled = false) {
    if (!this.down.delete(event.pointerId)) return;
    const { mode, hasMoved } = this;
    if (mode === "pinch" && this.down.size) return;
    this.mode = "";
    if (mode === "drag" && hasMoved) this.handlers.drop(this.pin);
    if (mode === "box" || mode === "lasso") this.handlers.outline(hasMoved ? this.outline : [], true);
    else if (!hasMoved && !isCancelled && mode !== "pinch") this.handlers.click(...this.at(event));
  }

  /** @param {PointerEvent} event */
  onLeave(event) {
    // A finger leaves whenever it is lifted; what it found stays to be looked at.
    if (event.pointerType !== "touch" && !this.down.size) this.handlers.leave();
  }

  onBlur() {
    this.pointer = null;
    this.handlers.leave();
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) {
      this.handlers.scroll();
      return;
    }
    event.preventDefault();
    const turned = WHEEL * event.deltaY * (event.deltaMode === 1 ? 32 : 1);
    this.handlers.zoom(Math.exp(-Math.min(Math.max(turned, -MOST_WHEEL), MOST_WHEEL)), ...this.at(event));
    if (!this.down.size) this.handlers.hover(...this.at(event));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = event.shiftKey ? LEAP : STEP;
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    const move = moves[/** @type {keyof moves} */ (event.key)];
    if (event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (!this.onShortcut(event)) return;
    } else if (move) this.movePointer(move[0], move[1]);
    else if (event.key === "Enter" || event.key === " ") this.enter();
    else if (event.key === "Escape") this.onEscape();
    else if (event.key === "+" || event.key === "=") this.zoomAtPointer(1.25);
    else if (event.key === "-") this.zoomAtPointer(0.8);
    else if (event.key === "0") this.handlers.fit();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a page may have shortcuts of its own
  }

  /**
   * Ctrl+Z, and Ctrl+Shift+Z or Ctrl+Y.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one of these
   */
  onShortcut({ key, shiftKey }) {
    const letter = key.toLowerCase();
    if (letter === "y" || (letter === "z" && shiftKey)) this.handlers.redo();
    else if (letter === "z") this.handlers.undo();
    else return false;
    return true;
  }

  /**
   * @param {number} right
   * @param {number} down
   */
  movePointer(right, down) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const [left, top] = this.pointer ?? [width / 2, height / 2];
    /** @type {[number, number]} */
    const at = [clamp(left + right, width), clamp(top + down, height)];
    this.pointer = at;
    this.handlers.hover(...at);
  }

  enter() {
    if (this.pointer) this.handlers.click(...this.pointer);
    else this.movePointer(0, 0);
  }

  onEscape() {
    this.pointer = null;
    this.handlers.escape();
  }

  /** @param {number} factor */
  zoomAtPointer(factor) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const [left, top] = this.pointer ?? [width / 2, height / 2];
    this.handlers.zoom(factor, left, top);
  }
}

/**
 * @param {number} value
 * @param {number} most
 */
function clamp(value, most) {
  return Math.min(Math.max(value, 0), most);
}
