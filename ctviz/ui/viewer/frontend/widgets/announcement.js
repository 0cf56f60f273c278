/**
 * A sentence over the large picture with what can be done about it.
 *
 * @typedef {{title: string, act: () => void}} Choice
 * @typedef {{sentence: string, choices: Choice[]}} Announced
 */

import { element, setText } from "./dom.js";

export class Announcement {
  constructor() {
    this.sentence = element("span", { role: "status", "data-testid": "announcement" });
    this.choices = element("span", { class: "group" });
    this.root = element("div", { class: "announcement" }, [this.sentence, this.choices]);
    this.root.hidden = true;
    this.titles = "";
    /** @type {Choice[]} */
    this.offered = [];
  }

  /** @param {Announced | null} announced */
  show(announced) {
    this.root.hidden = announced === null;
    setText(this.sentence, announced?.sentence ?? "");
    this.offered = announced?.choices ?? [];
    const titles = JSON.stringify(this.offered.map(({ title }) => title));
    if (titles === this.titles) return;
    this.titles = titles;
    this.choices.replaceChildren(...this.offered.map(({ title }, i) => {
      const button = element("button", { type: "button", "data-testid": `choice-${i + 1}` }, [title]);
      button.addEventListener("click", () => this.offered[i]?.act());
      return button;
    }));
  }
}
