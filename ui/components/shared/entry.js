// Script that Streamlit runs inline, again at every change of the data. It imports the component's module,
// whose default export is a class, and keeps the instance as long as the element is on the page.
/** @typedef {{ parentElement: HTMLElement | ShadowRoot, data: { module: string } }} Component */

/** @type {WeakMap<Element, { newest: Component, instance?: any }>} */
const mounted = new WeakMap();

/** @param {Component} component */
export default function (component) {
  const host = /** @type {HTMLElement} */ (component.parentElement.querySelector("[data-component]"));
  let entry = mounted.get(host);
  if (entry) {
    entry.newest = component;
    entry.instance?.update(component);
  } else {
    const made = (entry = { newest: component, instance: null });
    mounted.set(host, made);
    import(new URL(component.data.module, document.baseURI).href).then(({ default: Instance }) => {
      if (mounted.get(host) !== made) return; // it has left the page meanwhile
      made.instance = new Instance(host, made.newest);
      host.dataset.mounted = "";
    });
  }
  return () =>
    setTimeout(() => {
      if (host.isConnected) return;
      entry.instance?.close();
      mounted.delete(host);
    });
}
