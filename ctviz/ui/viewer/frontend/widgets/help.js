/**
 * The list of keys and mouse gestures, laid over the board.
 */

import { element, iconButton } from "./dom.js";
import { theme } from "../theme.js";
import { withKey } from "./keys.js";

export class Help {
  /** @param {() => void} closed */
  constructor(closed) {
    const close = iconButton("close", withKey("Close", "cancel"), "close-help", closed);
    const rows = [...theme().gestures, ...theme().keys].map(({ shown, help }) =>
      element("div", {}, [element("kbd", {}, [shown]), element("span", {}, [help])]),
    );
    const sheet = element("div", { class: "sheet" }, [
      element("header", {}, [element("strong", {}, ["Keys and mouse"]), close]),
      element("div", { class: "keys" }, rows),
    ]);
    this.root = element("div", { class: "help", role: "dialog", "aria-label": "Keys and mouse", "data-testid": "help" }, [sheet]);
    this.root.addEventListener("click", (event) => {
      if (event.target === this.root) closed();
    });
    this.root.hidden = true;
  }

  get open() {
    return !this.root.hidden;
  }

  /** @param {boolean} open */
  show(open) {
    this.root.hidden = !open;
  }
}
