/**
 * The model's answer in one line above the panes: how probable each class is, which one the maps explain, and in amber what
 * to know before believing it.
 *
 * @typedef {import("../sync/types.js").Answer} Answer
 */

import { element, setText } from "./dom.js";

export class AnswerLine {
  /** @param {string} testId */
  constructor(testId = "answer") {
    this.text = element("strong");
    this.explained = element("span", { class: "note" });
    this.caveats = element("span", { class: "caveats" });
    this.root = element("div", { class: "answer", role: "status", "data-testid": testId }, [this.text, this.explained, this.caveats]);
    this.signature = "";
  }

  /** @param {Answer | null} answer */
  update(answer) {
    const signature = JSON.stringify(answer);
    if (signature === this.signature) return;
    this.signature = signature;
    this.root.hidden = answer === null;
    if (!answer) return;
    setText(this.text, answer.text);
    setText(this.explained, answer.explained);
    this.caveats.replaceChildren(
      ...answer.caveats.map(({ text, why }) => element("span", { class: "caveat", title: why, "aria-label": `${text}. ${why}`, role: "img", tabindex: 0 }, [`⚠ ${text}`])),
    );
  }

  /** @param {boolean} stale  Whether it is of another slice than the one on show. */
  draw(stale) {
    this.root.classList.toggle("stale", stale);
  }
}
