/**
 * The case beside the one that is read: its slice, where that lies, and whether it follows. Nothing can be drawn on it.
 *
 * @typedef {import("../sync/types.js").Letters} Letters
 * @typedef {import("../picture/scene.js").Scene} Scene
 */

import { element, iconButton, setText } from "./dom.js";
import { listen } from "../drawing/gestures.js";
import { paintScale } from "../picture/scale.js";
import { pixelAt } from "../picture/geometry.js";
import { Screen } from "../picture/screen.js";
import { BESIDE } from "../sync/types.js";

/** @type {(keyof Letters)[]} */
const SIDES = ["left", "right", "top", "bottom"];
/** Further from where it should be, in mm, a slice is said to be beyond the case's end. */
const BEYOND_MM = 20;

export class BesidePane {
  /** @param {import("../sync/session.js").Session} session */
  constructor(session) {
    this.view = session.beside;
    this.screen = new Screen("beside-canvas", () => session.view.changed());
    this.deafen = listen(this.screen, this.view, null);
    this.link = iconButton("link", "", "beside-link", () => this.view.toggleLink());
    const close = iconButton("close", "Take this case away", "beside-close", () => session.command("remove", BESIDE));
    this.title = element("span", { class: "title", "data-testid": "beside-title" });
    this.text = element("div", { class: "corner top left", "data-testid": "beside-text" });
    this.reading = element("div", { class: "corner low left" });
    this.message = element("p", { class: "centred", role: "status" });
    this.letters = SIDES.map((side) => element("div", { class: `letter ${side}` }));
    this.root = element("section", { class: "beside", "aria-label": "Case beside", "data-testid": "beside" }, [
      element("header", {}, [this.title, this.link, close]),
      element("div", { class: "picture" }, [this.screen.canvas, this.text, this.reading, this.message, ...this.letters]),
    ]);
    this.root.hidden = true;
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { view, screen } = this;
    const { told } = view;
    this.root.hidden = told === null;
    if (!told || (screen.empty && !screen.fit())) return;
    view.size = screen.size;
    view.want();
    screen.start(told.case, view.look);
    const grey = view.grey(scene.greys);
    if (grey) screen.image(grey);
    if (scene.view.cursor && told.offset) screen.crosshair(view.fromRead(scene.view.cursor));
    paintScale(screen, told.case);
    this.write(told);
  }

  /** @param {import("../sync/types.js").BesideView} told */
  write({ title, case: scan }) {
    const { view } = this;
    const { holding, slice, linked } = view;
    setText(this.title, title);
    this.title.title = title;
    const position = holding.state === "ready" ? holding.picture.position : NaN;
    const lies = Number.isNaN(position) ? [] : [`${position.toFixed(1).replace("-", "−")} mm`];
    setText(this.text, [`Slice ${slice + 1} / ${scan.count}`, ...lies, ...scan.made].join("\n"));
    this.link.setAttribute("aria-pressed", String(linked));
    this.link.title = `${this.linkage()}: ${linked ? "click to scroll it alone" : "click to scroll both together from here"}`;
    this.link.setAttribute("aria-label", this.link.title);
    const beyond = view.misses > BEYOND_MM ? "The case ends before this place." : "";
    setText(this.message, holding.state === "failed" ? holding.message : holding.state === "loading" ? "Loading…" : beyond);
    SIDES.forEach((side, i) => setText(this.letters[i], scan.letters?.[side] ?? ""));
    const index = view.cursor ? pixelAt(scan, view.cursor) : -1;
    const value = index >= 0 && holding.state === "ready" ? `${scan.hounsfield ? "HU" : "grey"} ${holding.picture.values[index]}` : "";
    setText(this.reading, value.replace("-", "−"));
  }

  /** How it follows, in words. */
  linkage() {
    const { linked, shift, inMillimetres, told } = this.view;
    if (!linked) return "Alone";
    const rounded = Number(shift.toFixed(1));
    if (told?.offset && !rounded) return "Linked at the same place in the patient";
    const sign = rounded < 0 ? "−" : "+";
    return `Linked at ${sign}${Math.abs(rounded)} ${inMillimetres ? "mm" : "slices"}`;
  }

  /** What tests may look at. */
  inspect() {
    const { told, slice, linked, shift, holding, look } = this.view;
    return told && { case: told.case.id, slice, linked, shift, here: holding.state === "ready", look };
  }

  close() {
    this.deafen();
    this.screen.close();
  }
}
