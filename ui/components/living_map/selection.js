/** What a box or a lasso caught: how many of each class, and the images themselves. */
import { button, element } from "../shared/dom.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { themeOf } from "../shared/theme.js";

const MOST_IMAGES = 60;

export class Selection {
  /** @param {import("./map.js").LatentMap} map */
  constructor(map) {
    this.map = map;
    this.element = element("section", {
      class: "lm-selection",
      "aria-label": "Selected images",
      hidden: true,
    });
  }

  /**
   * @param {number[]} indices none hides it, unless an outline was drawn in vain
   * @param {boolean} [isOutlined]
   */
  show(indices, isOutlined = false) {
    this.element.hidden = !indices.length && !isOutlined;
    if (!indices.length) {
      this.element.replaceChildren(element("p", {}, "No image lies in there: nothing is selected."));
      return;
    }
    const more = indices.length > MOST_IMAGES ? ` The first ${MOST_IMAGES} of them:` : "";
    this.element.replaceChildren(
      element("p", {}, `${indices.length.toLocaleString("en")} selected${this.counts(indices)}.${more} `),
      button("Clear the selection", () => this.map.select(this.map.panes[0], [])),
      element(
        "div",
        { class: "lm-thumbs" },
        ...indices.slice(0, MOST_IMAGES).map((index) => this.thumb(index)),
      ),
    );
  }

  /**
   * How many there are of each class.
   * @param {number[]} indices
   */
  counts(indices) {
    const labels = this.map.panes[0]?.points?.labels;
    if (!labels) return "";
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const index of indices) counts.set(labels[index], (counts.get(labels[index]) ?? 0) + 1);
    const most = [...counts].sort(([, first], [, second]) => second - first);
    return `: ${most.map(([label, count]) => `${count} of class ${this.map.classNames[label]}`).join(", ")}`;
  }

  /** @param {number} index */
  thumb(index) {
    const canvas = pictureCanvas(this.map.titleOf(index));
    const { dark } = themeOf(this.map.host);
    Promise.resolve(this.map.panes[0].pixelsOf(index)).then(
      (pixels) => paint(canvas, pixels, dark),
      (error) => this.map.fail(error),
    );
    const attributes = { class: "lm-thumb", title: this.map.titleOf(index) };
    return button(canvas, () => this.map.pin({ kind: "image", index }), attributes);
  }
}
