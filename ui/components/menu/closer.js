/** Closer of the menu on a phone: a link in it opens a page under it, so the menu goes out of the way. */

const NARROW = "(max-width: 768px)"; // where Streamlit lays the menu over the page

export default class Closer {
  /** @param {HTMLElement} host an element within the menu */
  constructor(host) {
    const root = host.getRootNode();
    const inPage = root instanceof ShadowRoot ? root.host : host;
    this.menu = inPage.closest("[data-testid=stSidebar]");
    this.menu?.addEventListener("click", this.onClick);
  }

  /** @param {Event} event */
  onClick = ({ target }) => {
    const isLink = target instanceof Element && target.closest("[data-testid=stPageLink] a");
    if (!isLink || !matchMedia(NARROW).matches) return;
    const close = this.menu?.querySelector("[data-testid=stSidebarCollapseButton] button");
    if (close instanceof HTMLElement) close.click();
  };

  update() {}

  close() {
    this.menu?.removeEventListener("click", this.onClick);
  }
}
