/**
 * One plane across the slices on the screen: its picture, what is drawn on it, and where the slice on show crosses it.
 *
 * A click or drag goes to a point: the slice and the other plane follow. The wheel turns to the planes before and behind.
 *
 * @typedef {import("../sync/types.js").Letters} Letters
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("../picture/cross-view.js").CrossView} CrossView
 * @typedef {import("../picture/scene.js").Scene} Scene
 */

import { css, labelColour } from "../picture/colours.js";
import { element, iconButton, setText } from "./dom.js";
import { listen } from "../drawing/gestures.js";
import { NOTCH_MM } from "../picture/cross-view.js";
import { paintCrossLines } from "../picture/cross-lines.js";
import { paintScale } from "../picture/scale.js";
import { Screen } from "../picture/screen.js";
import { theme } from "../theme.js";

/** @type {(keyof Letters)[]} */
const SIDES = ["left", "right", "top", "bottom"];
const TIP = `Click or drag: go to that slice; wheel: ${NOTCH_MM} mm; double click: larger and back`;

export class CrossPane {
  /**
   * @param {CrossView} view
   * @param {() => void} enlarge
   */
  constructor(view, enlarge) {
    const { along } = view;
    this.view = view;
    this.screen = new Screen(`plane-canvas-${along}`, () => view.changed());
    this.screen.canvas.title = TIP;
    const hand = {
      active: () => true,
      down: (/** @type {Point} */ point) => view.goTo(point),
      move: (/** @type {Point} */ point) => view.goTo(point),
      up: () => {},
      takeBack: () => {},
      doubleClick: enlarge,
    };
    this.deafen = listen(this.screen, view, hand);
    this.title = element("div", { class: "corner top left", "data-testid": `plane-text-${along}` });
    this.title.style.color = theme().inks.planes[along];
    this.reading = element("div", { class: "corner low left", "data-testid": `plane-reading-${along}` });
    this.letters = SIDES.map((side) => element("div", { class: `letter ${side}`, "data-testid": `plane-letter-${along}-${side}` }));
    const whole = iconButton("enlarge", "Larger and back (double click)", `plane-enlarge-${along}`, enlarge);
    this.root = element("div", { class: "picture plane", role: "group", "data-testid": `plane-${along}` }, [
      this.screen.canvas, this.title, this.reading, ...this.letters, whole,
    ]);
  }

  /**
   * @param {Scene} scene
   * @param {import("../picture/cross-view.js").Pictures} pictures
   * @param {boolean} busy  Whether a stroke is under way.
   */
  draw(scene, pictures, busy) {
    const { view, screen } = this;
    const { crossing } = view;
    if (!crossing || (screen.empty && !screen.fit())) return;
    view.render(pictures, scene.greys);
    screen.start(crossing.grid, view);
    screen.image(view.layer.canvas);
    if (scene.view.drawingVisible) this.drawOutlines(scene, busy);
    const { slice, row, column } = theme().inks.planes;
    paintCrossLines(screen, view.crossed, { across: slice, upright: view.along === "row" ? column : row });
    paintScale(screen, crossing.grid);
    this.write(scene);
  }

  /**
   * @param {Scene} scene
   * @param {boolean} busy
   */
  drawOutlines(scene, busy) {
    const { view, screen } = this;
    for (const { path } of view.referenced(scene)) screen.outline(path, { colour: theme().inks.reference, width: 1, dash: [4, 3] });
    for (const { label, path } of view.drawn(scene, busy)) screen.outline(path, { colour: css(labelColour(label)), width: 1.5 });
  }

  /** @param {Scene} scene */
  write({ grid }) {
    const { view } = this;
    const { crossing, lines, along } = view;
    if (!crossing || !grid.stack) return;
    const { title, letters } = along === "row" ? grid.stack.alongRow : grid.stack.alongColumn;
    const { start, count } = crossing.places;
    const missing = crossing.kept.length - lines.here;
    const loading = missing ? `\nloading: ${lines.here} of ${crossing.kept.length} slices` : "";
    this.root.setAttribute("aria-label", title);
    setText(this.title, `${title} ${view.at - start + 1} / ${count}${loading}`);
    SIDES.forEach((side, i) => setText(this.letters[i], letters[side]));
    const { value } = view;
    setText(this.reading, value === null ? "" : `${grid.hounsfield ? "HU" : "grey"} ${String(value).replace("-", "−")}`);
  }

  close() {
    this.deafen();
    this.screen.close();
  }
}
