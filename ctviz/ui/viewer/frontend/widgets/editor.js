/**
 * The large picture on the left: the slice, the reader's drawing, and everything written over them.
 *
 * @typedef {import("../sync/types.js").Letters} Letters
 * @typedef {import("../picture/scene.js").Scene} Scene
 */

import { css, labelColour } from "../picture/colours.js";
import { Announcement } from "./announcement.js";
import { element, setText } from "./dom.js";
import { outlines } from "../drawing/outline.js";
import { paintHandles } from "../picture/measurements.js";
import { pixelAt, toScreen } from "../picture/geometry.js";
import { listen } from "../drawing/gestures.js";
import { paintCrossLines } from "../picture/cross-lines.js";
import { paintScale } from "../picture/scale.js";
import { Screen } from "../picture/screen.js";
import { theme } from "../theme.js";

/** @type {(keyof Letters)[]} */
const SIDES = ["left", "right", "top", "bottom"];

export class Editor {
  /**
   * @param {import("../picture/view.js").SharedView} view
   * @param {import("../drawing/hand.js").Hand} hand
   */
  constructor(view, hand) {
    this.brush = hand.brush;
    this.caliper = hand.caliper;
    this.grower = hand.grower;
    this.announcement = new Announcement();
    this.offered = { part: /** @type {import("../drawing/growing.js").Part | null} */ (null), path: new Path2D() };
    this.screen = new Screen("editor-canvas", () => view.changed());
    this.deafen = listen(this.screen, view, hand);
    this.position = element("div", { class: "corner top left", "data-testid": "slice-text" });
    this.look = element("div", { class: "corner top right", "data-testid": "window-text" });
    this.reading = element("div", { class: "corner low left", "data-testid": "reading" });
    this.message = element("p", { class: "centred", role: "status", "data-testid": "editor-message" });
    this.letters = SIDES.map((side) => element("div", { class: `letter ${side}`, "data-testid": `letter-${side}` }));
    this.root = element("div", { class: "picture editor" }, [
      this.screen.canvas, this.position, this.look, this.reading, this.message, ...this.letters, this.announcement.root,
    ]);
  }

  /**
   * @param {Scene} scene
   * @param {string} message  Why there is no picture, or empty.
   */
  draw(scene, message) {
    if (this.screen.empty && !this.screen.fit()) return;
    scene.paint(this.screen);
    this.drawCrossLines(scene);
    this.drawOffer(scene);
    this.drawHandles();
    this.drawShape(scene);
    this.drawCursor(scene);
    paintScale(this.screen, scene.grid);
    this.write(scene, message);
  }

  /** @param {Scene} scene  Where the planes across the slices are, if they are shown. */
  drawCrossLines({ view, grid }) {
    if (!view.planes || !grid.stack) return;
    const [x, y] = grid.stack.shifts[view.slice] ?? [0, 0];
    const { row, column } = theme().inks.planes;
    paintCrossLines(this.screen, { x: view.cross.x - Math.round(x), y: view.cross.y - Math.round(y) }, { across: row, upright: column });
  }

  /** @param {Scene} scene  What has grown on the slice on show and is not drawn yet. */
  drawOffer({ view, grid }) {
    const { shown } = this.grower;
    const part = shown?.parts.get(view.slice);
    if (!shown || !part) return;
    if (this.offered.part !== part) this.offered = { part, path: outlines(part.mask, grid)[0]?.path ?? new Path2D() };
    const colour = labelColour(shown.label);
    this.screen.fill(this.offered.path, css(colour, shown.erasing ? 0 : 0.3));
    this.screen.outline(this.offered.path, { colour: css(colour), width: 1.5, dash: [5, 3] });
  }

  /** What can be taken hold of: the chosen measurement, or the one under the pointer. */
  drawHandles() {
    const { selected, shown } = this.caliper;
    const chosen = shown.find(({ name }) => name !== null && name === selected);
    if (chosen) paintHandles(this.screen, chosen.measurement);
  }

  /** @param {Scene} scene  The polygon or freehand shape that is being drawn. */
  drawShape({ view }) {
    const { shape, polygon, tool } = this.brush;
    if (!shape) return;
    const { corners, label } = shape;
    const { context, placement } = this.screen;
    const points = shape === polygon && tool === "polygon" && view.cursor ? [...corners, view.cursor] : corners;
    const places = points.map((point) => toScreen(placement, point));
    context.strokeStyle = css(labelColour(label));
    context.fillStyle = context.strokeStyle;
    context.lineWidth = 1.5;
    context.beginPath();
    places.forEach(({ x, y }) => context.lineTo(x, y));
    context.stroke();
    if (shape !== polygon) return;
    places.slice(0, corners.length).forEach(({ x, y }) => context.fillRect(x - 2.5, y - 2.5, 5, 5));
  }

  /** @param {Scene} scene  Circle of the brush, or the linked crosshair. */
  drawCursor({ view, hovered }) {
    if (!view.cursor) return;
    const here = hovered === this.screen.canvas;
    if (!here) this.screen.crosshair(view.cursor);
    const [paints, takes] = [this.brush.active() && this.brush.paints, this.caliper.under(view.cursor) !== null];
    this.screen.canvas.style.cursor = here && paints ? "none" : takes ? "move" : "crosshair";
    if (!here || !paints) return;
    const { context, placement } = this.screen;
    const { x, y } = toScreen(placement, view.cursor);
    context.lineWidth = 1;
    for (const [colour, growth] of /** @type {[string, number][]} */ ([["#000", 1], ["#fff", 0]])) {
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(x, y, Math.max(1, (this.brush.size / 2) * placement.scaleX) + growth, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  /**
   * @param {Scene} scene
   * @param {string} message
   */
  write({ view, grid, values, position }, message) {
    const lies = Number.isNaN(position) ? "" : `\n${position.toFixed(1).replace("-", "−")} mm`;
    setText(this.position, [`Slice ${view.slice + 1} / ${view.count}${lies}`, ...grid.made].join("\n"));
    const { width, level } = view.window;
    setText(this.look, `W ${Math.round(width)}  L ${Math.round(level)}\n× ${view.zoom.toFixed(2)}`);
    setText(this.message, message);
    setText(this.reading, this.readingOf(grid, values, view.cursor));
    SIDES.forEach((side, i) => setText(this.letters[i], grid.letters?.[side] ?? ""));
  }

  /**
   * The value under the cursor and where it is.
   *
   * @param {import("../sync/types.js").CaseView} grid
   * @param {Int16Array | null} values
   * @param {import("../sync/types.js").Point | null} cursor
   */
  readingOf(grid, values, cursor) {
    const index = cursor && values ? pixelAt(grid, cursor) : -1;
    if (index < 0 || !cursor || !values) return "";
    const quantity = grid.hounsfield ? "HU" : "grey";
    const { brush } = this;
    const ball = brush.deep && brush.paints ? `  ·  ball over ${brush.discs(true).length} slices` : "";
    return `${quantity} ${String(values[index]).replace("-", "−")}  ·  x ${Math.floor(cursor.x)}  y ${Math.floor(cursor.y)}${ball}`;
  }

  close() {
    this.deafen();
    this.screen.close();
  }
}
