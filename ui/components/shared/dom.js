/** Building elements, and watching their size. */

/**
 * An element with attributes and children; an attribute that is a function listens to the event it names.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | EventListener>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/**
 * Set a text only where it changes: a screen reader would read it again.
 * @param {Element} target
 * @param {string} text
 */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Call once per frame at most, however often it is asked.
 * @param {() => void} draw
 * @returns {() => void}
 */
export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/**
 * Three significant digits, as everywhere; a whole number stays whole.
 * @param {number} value
 */
export function digits(value) {
  if (!Number.isFinite(value)) return "∞";
  if (Math.abs(value) < 0.0005) return "0";
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

/**
 * A button that says what it does; `aria-pressed` for one that stays pressed.
 * @param {string | Node} content
 * @param {() => void} onClick
 * @param {Record<string, string | boolean>} [attributes]
 */
export function button(content, onClick, { "aria-pressed": pressed, class: name = "", ...attributes } = {}) {
  const made = element(
    "button",
    { type: "button", class: `lm-button ${name}`, click: onClick, ...attributes },
    content,
  );
  if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
  return made;
}
