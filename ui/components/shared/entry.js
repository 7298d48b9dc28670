// The inline module that Streamlit runs: a blob, so further modules come by the address in its data. It is
// run again whenever the data change; what it has mounted stays as long as its element is on the page.
/** @typedef {{ parentElement: HTMLElement | ShadowRoot, data: { module: string } }} Component */

/** @type {WeakMap<Element, any>} */
const mounted = new WeakMap();

/** @param {Component} component */
export default function (component) {
  const host = /** @type {HTMLElement} */ (component.parentElement.querySelector("[data-component]"));
  let entry = mounted.get(host);
  if (entry) {
    entry.newest = component;
    entry.map?.update(component);
  } else {
    entry = { newest: component, map: null };
    mounted.set(host, entry);
    import(new URL(component.data.module, document.baseURI).href).then(({ mount }) => {
      entry.map = mount(host, entry.newest);
    });
  }
  return () =>
    setTimeout(() => {
      if (host.isConnected) return;
      entry.map?.close();
      mounted.delete(host);
    });
}
