/**
 * Drawing tools: what the left button does to the drawing of the slice on show.
 *
 * @typedef {import("./types.js").Point} Point
 * @typedef {"window" | "brush" | "eraser" | "polygon" | "freehand"} Tool
 *
 * @typedef {object} Sheet  What the pen draws on.
 * @property {() => import("./drawing.js").Drawing | null} drawing
 * @property {() => number} slice
 * @property {() => number} aspect  Height of a pixel over its width.
 * @property {() => Int16Array | null} values  Pixels of the slice, if they are here.
 * @property {() => number} reach  How near the first corner closes a polygon, in image pixels.
 * @property {() => void} changed
 */

import { fillPolygon, fillStroke } from "./raster.js";

export const SIZES = { low: 1, high: 120 };

export class DrawingPen {
  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    /** @type {Tool} */
    this.tool = "window";
    this.label = 1;
    /** Diameter of the brush in image columns. */
    this.size = 12;
    /** @type {{low: number, high: number} | null} Values that may be drawn on. */
    this.range = null;
    /** @type {Point[]} Corners of the shape being drawn. */
    this.corners = [];
    /** Slice on which that shape is drawn. */
    this.slice = -1;
    this.erasing = false;
    /** @type {Point | null} */
    this.last = null;
  }

  active() {
    return this.tool !== "window" && this.sheet.drawing() !== null;
  }

  /** Corners that belong to the slice on show. */
  get shape() {
    return this.slice === this.sheet.slice() ? this.corners : [];
  }

  get paints() {
    return this.tool === "brush" || this.tool === "eraser";
  }

  /** @param {Tool} tool */
  take(tool) {
    this.cancel();
    this.tool = tool;
    this.sheet.changed();
  }

  /** @param {number} size */
  resize(size) {
    this.size = Math.min(SIZES.high, Math.max(SIZES.low, Math.round(size)));
    this.sheet.changed();
  }

  /**
   * @param {Point} point
   * @param {PointerEvent} event
   */
  down(point, event) {
    const drawing = this.sheet.drawing();
    if (!drawing) return;
    if (this.tool === "polygon") {
      this.corner(point, event);
      return;
    }
    this.erasing = this.tool === "eraser" || event.ctrlKey || event.metaKey;
    this.last = point;
    if (this.tool === "freehand") {
      this.start(point);
    } else {
      drawing.begin(this.sheet.slice());
      this.paint(point, point);
    }
    this.sheet.changed();
  }

  /**
   * @param {Point} point
   * @param {PointerEvent} event
   */
  corner(point, event) {
    const [first] = this.shape;
    if (!first) {
      this.erasing = event.ctrlKey || event.metaKey;
      this.start(point);
    } else if (this.shape.length > 2 && Math.hypot(point.x - first.x, point.y - first.y) < this.sheet.reach()) {
      this.close();
    } else {
      this.corners.push(point);
    }
    this.sheet.changed();
  }

  /** @param {Point} point  First corner of a new shape. */
  start(point) {
    this.corners = [point];
    this.slice = this.sheet.slice();
  }

  /** @param {Point} point */
  move(point) {
    if (!this.last) return;
    if (this.tool === "freehand") this.corners.push(point);
    else if (this.paints) this.paint(this.last, point);
    this.last = point;
    this.sheet.changed();
  }

  up() {
    if (!this.last) return;
    this.last = null;
    if (this.tool === "freehand") this.close();
    else this.sheet.drawing()?.finish();
  }

  doubleClick() {
    if (this.tool === "polygon") this.close();
  }

  /** Fill the shape of the polygon or freehand tool. */
  close() {
    const { shape: corners, erasing } = this;
    if (!corners.length) return;
    this.corners = [];
    const drawing = this.sheet.drawing();
    if (drawing && corners.length > 2) {
      const allow = this.allowed(erasing);
      const fill = (/** @type {Uint8Array} */ labels) =>
        fillPolygon(labels, drawing.shape, corners, erasing ? 0 : this.label, allow);
      drawing.edit(new Map([[this.sheet.slice(), fill]]));
    }
    this.sheet.changed();
  }

  /** Take the last corner of the polygon back. */
  back() {
    this.corners.pop();
    this.sheet.changed();
  }

  /** The slice changes: a stroke ends where it is, a polygon waits on its slice. */
  leave() {
    if (this.tool === "freehand") this.corners = [];
    if (this.last && this.paints) this.sheet.drawing()?.finish();
    this.last = null;
  }

  /** Give the current shape or stroke up. */
  cancel() {
    this.corners = [];
    if (this.last && this.paints) this.sheet.drawing()?.abandon();
    this.last = null;
    this.sheet.changed();
  }

  /**
   * @param {Point} from
   * @param {Point} to
   */
  paint(from, to) {
    const drawing = this.sheet.drawing();
    if (!drawing?.act) return;
    const stroke = { from, to, radius: this.size / 2, aspect: this.sheet.aspect() };
    const labels = drawing.on(drawing.act.slice);
    fillStroke(labels, drawing.shape, stroke, this.erasing ? 0 : this.label, this.allowed(this.erasing));
    drawing.touched();
  }

  /**
   * Pixels that the HU range lets be drawn on; erasing is never limited.
   *
   * @param {boolean} erasing
   * @returns {(index: number) => boolean}
   */
  allowed(erasing) {
    const { range } = this;
    if (!range || erasing) return () => true;
    const values = this.sheet.values();
    if (!values) return () => false;
    return (index) => values[index] >= range.low && values[index] <= range.high;
  }
}
