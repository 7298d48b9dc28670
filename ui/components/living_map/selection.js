/** Selection by a box or lasso: the number of images of each class, and the images. */
import { button, element } from "../shared/dom.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { themeOf } from "../shared/theme.js";
/** @import LatentMap from "./map.js" */

const MOST_IMAGES = 60;

export class Selection {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    const attributes = { class: "lm-selection", "aria-label": "Selected images", hidden: true };
    this.element = element("section", attributes);
  }

  /**
   * Show images; after an outline also that there are none.
   * @type {(indices: number[], isOutlined?: boolean) => void}
   */
  show(indices, isOutlined = false) {
    this.element.hidden = !indices.length && !isOutlined;
    if (!indices.length)
      return this.element.replaceChildren(element("p", {}, "No image lies in there: nothing is selected."));
    const more = indices.length > MOST_IMAGES ? ` The first ${MOST_IMAGES} of them:` : "";
    const words = `${indices.length.toLocaleString("en")} selected${this.counts(indices)}.${more} `;
    const clear = button("Clear the selection", () => this.map.clearSelection());
    const images = indices.slice(0, MOST_IMAGES).map((index) => this.thumb(index));
    const thumbs = element("div", { class: "lm-thumbs" }, ...images);
    this.element.replaceChildren(element("p", {}, words), clear, thumbs);
  }

  /** Number of images of each class. @param {number[]} indices */
  counts(indices) {
    const labels = this.map.board.space?.points?.labels;
    if (!labels) return "";
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const index of indices) counts.set(labels[index], (counts.get(labels[index]) ?? 0) + 1);
    const most = [...counts].sort(([, first], [, second]) => second - first);
    const { classes } = this.map.data;
    return `: ${most.map(([label, count]) => `${count} of class ${classes[label]}`).join(", ")}`;
  }

  /** @param {number} index */
  thumb(index) {
    const canvas = pictureCanvas(this.map.titleOf(index));
    const { dark } = themeOf(this.map.host);
    this.map.board.space.pixelsOf(index).then((pixels) => paint(canvas, pixels, dark), this.map.fail);
    const attributes = { class: "button lm-thumb", title: this.map.titleOf(index) };
    return button(canvas, () => this.map.pin({ kind: "image", index }), attributes);
  }
}
