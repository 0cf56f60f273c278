/**
 * Drawing tools: what the left button does to the drawing of the slice on show.
 *
 * A stroke belongs to the drawing, the slice and the label on which it began, whatever the page shows by the time it
 * ends; so does an open polygon. The brush and the eraser are discs, or balls that reach the slices around as one act.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {"window" | "brush" | "eraser" | "polygon" | "freehand" | "grow" | import("../sync/types.js").Measurement["kind"]} Tool
 *
 * @typedef {object} Outline  A shape before it is filled.
 * @property {Point[]} corners
 * @property {number} label
 * @property {boolean} erasing
 *
 * @typedef {{slice: number, radius: number, allow: (index: number) => boolean}} Disc  What is painted of a slice; the radius in columns.
 * @typedef {Outline & {drawing: Drawing, slice: number, paints: boolean, last: Point, allow: (index: number) => boolean, discs: Disc[]}} Stroke
 *
 * @typedef {object} Sheet  What the brush draws on.
 * @property {() => Drawing | null} drawing
 * @property {() => number} slice
 * @property {() => import("./stack.js").Scan} scan
 * @property {() => number} aspect  Height of a pixel over its width.
 * @property {(slice: number) => Int16Array | null} values  Pixels of a slice, if they are here.
 * @property {(sentence: string) => void} say
 * @property {() => number} reach  How near the first corner closes a polygon, in image pixels.
 * @property {() => void} changed
 */

import { fillPolygon, fillStroke } from "./raster.js";
import { discsOfBall } from "./stack.js";

export const SIZES = { low: 1, high: 120 };
/** The tools that draw; the others are for the window, and for measuring. */
const DRAWS = new Set(["brush", "eraser", "polygon", "freehand"]);

export class Brush {
  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    /** @type {Tool} */
    this.tool = "window";
    this.label = 1;
    /** Diameter of the brush in image columns. */
    this.size = 12;
    /** Whether brush, eraser and growing reach the slices around. */
    this.deep = false;
    /** @type {{low: number, high: number} | null} Values that may be drawn on. */
    this.range = null;
    /** @type {Stroke | null} What is drawn while the button is down. */
    this.stroke = null;
  }

  active() {
    return DRAWS.has(this.tool) && this.sheet.drawing() !== null;
  }

  /** Whether a stroke is being drawn. */
  get busy() {
    return this.stroke !== null;
  }

  /** The open polygon on the slice on show, or null. */
  get polygon() {
    return this.sheet.drawing()?.polygons.get(this.sheet.slice()) ?? null;
  }

  /** What is drawn on the slice on show and not filled yet, or null. @returns {Outline | null} */
  get shape() {
    const { stroke } = this;
    const here = stroke && stroke.drawing === this.sheet.drawing() && stroke.slice === this.sheet.slice();
    return here && !stroke.paints ? stroke : this.polygon;
  }

  /** @returns {Point[]} */
  get corners() {
    return this.shape?.corners ?? [];
  }

  get paints() {
    return this.tool === "brush" || this.tool === "eraser";
  }

  /** @param {Tool} tool */
  take(tool) {
    this.up();
    this.tool = tool;
    this.sheet.changed();
  }

  /** @param {number} size */
  resize(size) {
    this.size = Math.min(SIZES.high, Math.max(SIZES.low, Math.round(size)));
    this.sheet.changed();
  }

  /** Diameter of the brush in mm, or null where that is unknown. */
  get millimetres() {
    const { spacing } = this.sheet.scan();
    return spacing && this.size * spacing[1];
  }

  /** Whether it can reach the slices around, for it is known where they lie. */
  get canBeDeep() {
    const { spacing, depths, count } = this.sheet.scan();
    return Boolean(spacing && depths) && count > 1;
  }

  /** @param {boolean} deep */
  deepen(deep) {
    this.deep = deep && this.canBeDeep;
    this.sheet.changed();
  }

  /**
   * The discs of the brush on its slice and, where it is a ball, on those around.
   *
   * @param {boolean} deep
   * @returns {{slice: number, radius: number}[]}
   */
  discs(deep) {
    const { spacing, depths } = this.sheet.scan();
    const slice = this.sheet.slice();
    if (!deep || !spacing || !depths || !this.paints) return [{ slice, radius: this.size / 2 }];
    const [, column] = spacing;
    return discsOfBall(depths, slice, (this.size / 2) * column).map((disc) => ({ ...disc, radius: disc.radius / column }));
  }

  /**
   * @param {Point} point
   * @param {PointerEvent} event
   */
  down(point, event) {
    const drawing = this.sheet.drawing();
    if (!drawing) return;
    this.up();
    const erasing = this.tool === "eraser" || event.ctrlKey || event.metaKey;
    if (this.tool === "polygon") this.corner(drawing, point, erasing);
    else this.begin(drawing, point, erasing, this.deep || event.altKey);
    this.sheet.changed();
  }

  /**
   * @param {Drawing} drawing
   * @param {Point} point
   * @param {boolean} erasing
   * @param {boolean} deep
   */
  begin(drawing, point, erasing, deep) {
    const { label, paints } = this;
    const slice = this.sheet.slice();
    const discs = this.discs(deep).map((disc) => ({ ...disc, allow: this.allowed(erasing, disc.slice) }));
    if (this.range && !erasing && discs.some((disc) => disc.slice !== slice && !this.sheet.values(disc.slice))) {
      this.sheet.say("The slices around are still being loaded; draw again in a moment, or without a range.");
      return;
    }
    this.stroke = { drawing, slice, label, erasing, paints, allow: this.allowed(erasing, slice), discs, corners: [point], last: point };
    if (!paints) return;
    drawing.begin(discs.map((disc) => disc.slice));
    this.paint(this.stroke, point);
  }

  /**
   * @param {Drawing} drawing
   * @param {Point} point
   * @param {boolean} erasing
   */
  corner(drawing, point, erasing) {
    const { polygon } = this;
    if (!polygon) {
      drawing.polygons.set(this.sheet.slice(), { corners: [point], label: this.label, erasing });
      return;
    }
    const [first] = polygon.corners;
    const closes = polygon.corners.length > 2 && Math.hypot(point.x - first.x, point.y - first.y) < this.sheet.reach();
    if (closes) this.close();
    else polygon.corners.push(point);
  }

  /** @param {Point} point */
  move(point) {
    const { stroke } = this;
    if (!stroke) return;
    if (stroke.paints) this.paint(stroke, point);
    else stroke.corners.push(point);
    stroke.last = point;
    this.sheet.changed();
  }

  /** The stroke ends as it is drawn: the button was released, or it could not be followed any longer. */
  up() {
    const { stroke } = this;
    if (!stroke) return;
    this.stroke = null;
    if (stroke.paints) stroke.drawing.finish();
    else this.fill(stroke.drawing, stroke.slice, stroke, stroke.allow);
    this.sheet.changed();
  }

  doubleClick() {
    if (this.tool === "polygon") this.close();
  }

  /** Fill the open polygon of the slice on show; it stays open as long as its pixels have not come. */
  close() {
    const { polygon } = this;
    const drawing = this.sheet.drawing();
    if (!polygon || !drawing || (this.range && !this.sheet.values(this.sheet.slice()))) return;
    drawing.polygons.delete(this.sheet.slice());
    this.fill(drawing, this.sheet.slice(), polygon, this.allowed(polygon.erasing, this.sheet.slice()));
    this.sheet.changed();
  }

  /**
   * @param {Drawing} drawing
   * @param {number} slice
   * @param {Outline} outline
   * @param {(index: number) => boolean} allow
   */
  fill(drawing, slice, { corners, label, erasing }, allow) {
    if (corners.length < 3) return;
    const fill = (/** @type {Uint8Array} */ labels) =>
      fillPolygon(labels, drawing.shape, corners, erasing ? 0 : label, allow);
    drawing.edit(new Map([[slice, fill]]));
  }

  /** Take the last corner of the polygon back. */
  back() {
    const { polygon } = this;
    polygon?.corners.pop();
    if (polygon?.corners.length === 0) this.giveUpPolygon();
    this.sheet.changed();
  }

  /** Another slice, case or reader: a stroke ends where it is, a polygon waits on its slice. */
  leave() {
    this.up();
  }

  /** Give the stroke or else the polygon on show up. */
  cancel() {
    const { stroke } = this;
    this.stroke = null;
    if (stroke?.paints) stroke.drawing.abandon();
    if (!stroke) this.giveUpPolygon();
    this.sheet.changed();
  }

  /** What was begun with the last press was not meant: a stroke, or a polygon's corner. */
  takeBack() {
    if (this.stroke) this.cancel();
    else if (this.tool === "polygon") this.back();
  }

  giveUpPolygon() {
    this.sheet.drawing()?.polygons.delete(this.sheet.slice());
  }

  /**
   * @param {Stroke} stroke
   * @param {Point} to
   */
  paint({ drawing, slice, label, erasing, last, discs }, to) {
    if (!drawing.act) return;
    const aspect = this.sheet.aspect();
    for (const { slice: k, radius, allow } of discs) {
      const line = { from: last, to, radius, aspect, dot: k === slice };
      fillStroke(drawing.on(k), drawing.shape, line, erasing ? 0 : label, allow);
    }
    drawing.touch(discs.map((disc) => disc.slice));
  }

  /**
   * Pixels that the HU range lets be drawn on; erasing is never limited.
   *
   * @param {boolean} erasing
   * @param {number} slice
   * @returns {(index: number) => boolean}
   */
  allowed(erasing, slice) {
    const { range } = this;
    if (!range || erasing) return () => true;
    const values = this.sheet.values(slice);
    if (!values) return () => false;
    return (index) => values[index] >= range.low && values[index] <= range.high;
  }
}
