/** Elements of a page. */

/** @typedef {Record<string, string | number | boolean | EventListener>} Attributes */

/**
 * Create an element; an attribute whose value is a function becomes a listener for the event of its name.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
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

/** @type {(content: Node, ...caption: (Node | string)[]) => HTMLElement} */
export function figure(content, ...caption) {
  return element("figure", {}, content, element("figcaption", {}, ...caption));
}

/** @type {(content: string | Node, onClick: () => void, attributes?: Attributes) => HTMLButtonElement} */
export function button(content, onClick, attributes = {}) {
  return element("button", { type: "button", class: "button", click: onClick, ...attributes }, content);
}

/** Range input that keeps its arrow keys. @param {Attributes} attributes @param {() => void} onInput */
export function slider(attributes, onInput) {
  const keydown = (/** @type {Event} */ event) => event.stopPropagation();
  return element("input", { type: "range", input: onInput, keydown, ...attributes });
}

/** Set a text, so that a screen reader reads only changes. @type {(target: Element, text: string) => void} */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Throttle a function to one call per frame, which can be cancelled. @param {() => void} draw */
export function oncePerFrame(draw) {
  let frame = 0;
  const request = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
  request.cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  return request;
}
