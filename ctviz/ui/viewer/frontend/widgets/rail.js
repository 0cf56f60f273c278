/**
 * The rail beside the large picture: one tick a slice, showing where one is and where something is drawn.
 */

import { css, labelColour } from "../picture/colours.js";
import { theme } from "../theme.js";
import { element } from "./dom.js";

export class SliceRail {
  /** @param {import("../picture/view.js").SharedView} view */
  constructor(view) {
    this.view = view;
    this.root = element("div", {
      class: "rail", role: "slider", tabindex: 0, "aria-label": "slice", "aria-orientation": "vertical",
      title: "Drag to go to a slice; coloured where something is drawn, narrow where it was filled in between", "data-testid": "slice-rail",
    });
    this.thumb = element("div", { class: "thumb" });
    this.signature = "";
    this.root.addEventListener("pointerdown", (event) => {
      this.root.setPointerCapture(event.pointerId);
      this.follow(event);
    });
    this.root.addEventListener("pointermove", (event) => {
      if (event.buttons & 1) this.follow(event);
    });
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const box = this.root.getBoundingClientRect();
    this.view.goTo(Math.floor(((event.clientY - box.top) / box.height) * this.view.count));
  }

  /**
   * @param {number[]} drawn
   * @param {number[]} referenced
   * @param {number[]} filled  Those that were filled between drawn ones, and not touched since.
   */
  draw(drawn, referenced, filled) {
    const { count, slice } = this.view;
    const signature = JSON.stringify([count, drawn, referenced, filled]);
    if (signature !== this.signature) {
      this.signature = signature;
      const tick = (/** @type {string} */ kind, /** @type {string} */ colour) => (/** @type {number} */ k) => {
        const mark = element("div", { class: `tick ${kind}` });
        mark.style.background = colour;
        mark.style.top = `${(100 * k) / count}%`;
        mark.style.height = `max(2px, ${100 / count}%)`;
        return mark;
      };
      const { reference } = theme().inks;
      const marks = [...referenced.map(tick("reference", reference)), ...drawn.map((k) => tick(filled.includes(k) ? "drawn filled" : "drawn", css(labelColour(1)))(k))];
      this.root.replaceChildren(...marks, this.thumb);
    }
    this.thumb.style.top = `${(100 * slice) / count}%`;
    this.thumb.style.height = `max(4px, ${100 / count}%)`;
    this.root.setAttribute("aria-valuemin", "1");
    this.root.setAttribute("aria-valuemax", String(count));
    this.root.setAttribute("aria-valuenow", String(slice + 1));
  }
}
