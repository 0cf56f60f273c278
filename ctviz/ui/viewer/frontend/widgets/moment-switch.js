/**
 * The switch over the large picture, while there is an edit: the slice as it is, as the edit leaves it, or the difference.
 *
 * @typedef {import("../picture/moments.js").Moment} Moment
 */

import { element } from "./dom.js";
import { withKey } from "./keys.js";
import { MOMENTS } from "../picture/moments.js";

/** @type {Record<Moment, {text: string, title: string}>} */
const CHOICES = {
  original: { text: "Original", title: "The slice as it was scanned, and its maps" },
  edited: { text: "Edited", title: "The slice as the edit leaves it, and its maps: this is no scan" },
  difference: { text: "Difference", title: "What the edit has changed: of the slice in HU, grey where nothing has; of the maps what they have more" },
};

export class MomentSwitch {
  /** @param {(moment: Moment) => void} turn */
  constructor(turn) {
    this.buttons = new Map(
      MOMENTS.map((moment) => {
        const { text, title } = CHOICES[moment];
        const button = element("button", { type: "button", title: withKey(title, "moment"), "data-testid": `moment-${moment}` }, [text]);
        button.addEventListener("click", () => turn(moment));
        return [moment, button];
      }),
    );
    this.root = element("div", { class: "moments joined", role: "group", "aria-label": "What if", hidden: true }, [
      ...this.buttons.values(),
    ]);
  }

  /**
   * @param {boolean} edited  Whether there is an edit of the slice on show.
   * @param {Moment} shown
   */
  draw(edited, shown) {
    this.root.hidden = !edited;
    for (const [moment, button] of this.buttons) button.setAttribute("aria-pressed", String(moment === shown));
  }
}
