/**
 * Flow: what an autoencoder does, drawn above the map. An image goes through the encoder into its code, and
 * the code through the decoder into an image; the parts that have made what is shown are lit.
 */
import { resize } from "../shared/canvas.js";
import { element, say } from "../shared/dom.js";
import { withMinus } from "../shared/numbers.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { css, themeOf } from "../shared/theme.js";
/** @import { Pixels } from "../shared/pixels.js" */
/** @import { Theme } from "../shared/theme.js" */

const MOST_WRITTEN = 3; // numbers of a code; a longer one is drawn as bars
const FURTHEST = 3; // value of a full bar: prior and plain codes rarely go beyond
/** @type {Passage} */
export const NOTHING = { input: null, code: null, output: null };

/**
 * What goes through the network: an image, its code and the image drawn from that; no input where a code is
 * of no image.
 * @typedef {{ input: Pixels | null, code: Float32Array | null, output: Pixels | null }} Passage
 */

export class Flow {
  /** @param {HTMLElement} host whose theme is used */
  constructor(host) {
    this.host = host;
    /** @type {Passage} */
    this.passage = NOTHING;
    /** @type {Theme | null} */
    this.theme = null; // asked for at every move it would cost a layout each time
    this.input = pictureCanvas("The image that is encoded");
    this.output = pictureCanvas("The image that the decoder draws");
    this.numbers = element("span", { class: "lm-numbers" });
    this.bars = element("canvas", { class: "lm-bars", hidden: true });
    this.size = element("small");
    this.from = element(
      "span",
      { class: "lm-flow-end" },
      element("b", {}, "image"),
      element("small", {}, "784 pixels"),
    );
    this.to = element(
      "span",
      { class: "lm-flow-end" },
      element("b", {}, "image"),
      element("small", {}, "drawn again"),
    );
    this.encoder = element("span", { class: "lm-net lm-encoder" }, "encoder");
    this.decoder = element("span", { class: "lm-net lm-decoder" }, "decoder");
    this.code = element(
      "span",
      { class: "lm-code" },
      element("b", {}, "code"),
      this.numbers,
      this.bars,
      this.size,
    );
    this.arrows = Array.from({ length: 4 }, () => element("span", { class: "lm-arrow" }));
    const [first, second, third, fourth] = this.arrows;
    const attributes = {
      class: "lm-flow",
      role: "group",
      "aria-label": "An image, its code, and the image again",
    };
    const encoding = [this.from, this.input, first, this.encoder, second];
    const decoding = [third, this.decoder, fourth, this.output, this.to];
    this.element = element("div", attributes, ...encoding, this.code, ...decoding);
  }

  /** @param {Passage} passage */
  show(passage) {
    this.passage = passage;
    const { input, code, output } = passage;
    const { dark } = (this.theme ??= themeOf(this.host));
    paint(this.input, input, dark);
    paint(this.output, output, dark);
    this.light([this.from, this.input, this.encoder, ...this.arrows.slice(0, 2)], Boolean(input));
    this.light([this.code], Boolean(code));
    this.light([this.to, this.output, this.decoder, ...this.arrows.slice(2)], Boolean(output));
    this.showCode(code ?? new Float32Array());
  }

  /** @type {(parts: HTMLElement[], isLit: boolean) => void} */
  light(parts, isLit) {
    for (const part of parts) part.classList.toggle("lm-lit", isLit);
  }

  /** @param {Float32Array} code */
  showCode(code) {
    const isWritten = code.length <= MOST_WRITTEN;
    this.bars.hidden = isWritten;
    this.numbers.hidden = !isWritten;
    say(this.size, code.length === 1 ? "1 number" : code.length ? `${code.length} numbers` : "");
    if (isWritten) say(this.numbers, Array.from(code, (value) => withMinus(value.toFixed(2))).join("  "));
    else this.drawBars(code);
  }

  /** One bar for each number of a code, up where it is above zero. @param {Float32Array} code */
  drawBars(code) {
    const { context, width, height } = resize(this.bars);
    const theme = (this.theme ??= themeOf(this.host));
    const step = width / code.length;
    context.clearRect(0, 0, width, height);
    context.fillStyle = css(theme.ink, 0.25);
    context.fillRect(0, height / 2, width, 1);
    context.fillStyle = theme.accent;
    code.forEach((value, i) => {
      const reach = (Math.max(-1, Math.min(1, value / FURTHEST)) * height) / 2;
      context.fillRect(i * step, height / 2 - Math.max(reach, 0), Math.max(1, step - 1), Math.abs(reach));
    });
  }

  /** Show the same in the theme as it is now. */
  repaint() {
    this.theme = null;
    this.show(this.passage);
  }
}
