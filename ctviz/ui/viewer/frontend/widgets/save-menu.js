/**
 * The menu by which this view is taken home: as a picture or as a link.
 */

import { element, iconButton } from "./dom.js";

/** @typedef {"png" | "svg" | "link"} Kept */

/** For how long the menu says that it is done, in milliseconds. */
const TOLD = 2500;

/** @type {[Kept, string, string][]} */
const ENTRIES = [
  ["png", "Picture, PNG", "The slice and all panes as they look now, with case, slice, model, class, scores and version"],
  ["svg", "Picture, SVG", "The same with text that stays sharp and can be edited"],
  ["link", "Copy link", "Whoever may use this ctviz sees the same case, slice, model, class and estimators by it"],
];

export class SaveMenu {
  /** @param {(kept: Kept) => Promise<string>} save  Says what was done. */
  constructor(save) {
    this.button = iconButton("save", "Take this view home", "save-view", () => this.open(this.list.hidden));
    this.button.setAttribute("aria-haspopup", "menu");
    this.said = element("span", { class: "note", role: "status", "data-testid": "save-said" });
    this.list = element("div", { class: "menu", role: "menu", "data-testid": "save-menu" }, ENTRIES.map(([kept, title, help]) => {
      const entry = element("button", { type: "button", role: "menuitem", title: help, "data-testid": `save-${kept}` }, [title]);
      entry.addEventListener("click", async () => {
        this.open(false);
        this.tell(await save(kept).catch((/** @type {Error} */ error) => error.message));
      });
      return entry;
    }));
    this.root = element("div", { class: "group opens" }, [this.button, this.said, this.list]);
    this.root.addEventListener("focusout", (event) => {
      if (!this.root.contains(/** @type {Node | null} */ (event.relatedTarget))) this.open(false);
    });
    this.open(false);
  }

  /** @param {boolean} open */
  open(open) {
    this.list.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.list.querySelector("button")?.focus();
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.said.textContent = sentence;
    setTimeout(() => (this.said.textContent = ""), TOLD);
  }
}
