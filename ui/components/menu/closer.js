/** Closer of the menu on a phone: a link in it opens a page under it, so the menu goes out of the way. */

const NARROW = "(max-width: 768px)"; // where Streamlit lays the menu over the page
const MENU = "[data-testid=stSidebar]";

export default class Closer {
  // It listens from outside the menu: what is in a closed menu comes only once the menu is open.
  constructor() {
    document.addEventListener("click", this.onClick);
  }

  /** @param {Event} event */
  onClick = ({ target }) => {
    const isLink = target instanceof Element && target.closest(`${MENU} [data-testid=stPageLink] a`);
    if (!isLink || !matchMedia(NARROW).matches) return;
    const close = document.querySelector(`${MENU} [data-testid=stSidebarCollapseButton] button`);
    if (close instanceof HTMLElement) close.click();
  };

  update() {}

  close() {
    document.removeEventListener("click", this.onClick);
  }
}
