/**
 * Measuring: lays out rulers, angles, ellipses and rectangles by a drag or by clicks, and moves what is laid out.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("../sync/types.js").Measurement} Measurement
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("../picture/geometry.js").Grid} Grid
 *
 * @typedef {object} Table  What is measured on.
 * @property {() => Drawing | null} drawing
 * @property {() => number} slice
 * @property {() => Grid} grid
 * @property {() => string} tool
 * @property {() => Point | null} cursor
 * @property {() => number} reach  How near counts as at a line, in image pixels.
 * @property {() => boolean} visible
 * @property {() => void} show
 * @property {() => void} changed
 *
 * @typedef {object} Laid  A measurement that has not all of its points.
 * @property {Drawing} drawing
 * @property {number} slice
 * @property {Measurement["kind"]} kind
 * @property {Point[]} placed
 * @property {Point} loose  Where the next one would be.
 * @property {Point | null} pressed  Where the first one was placed, while the button is still down.
 *
 * @typedef {object} Moved  A measurement in the reader's hand.
 * @property {Drawing} drawing
 * @property {string} name
 * @property {Measurement} before
 * @property {Measurement} after
 * @property {number} handle  -1 for the whole.
 * @property {Point} from
 */

import { POINTS, areaOf, distanceTo, handlesOf, inside, isArea, lengthOf, lineOf, reshaped, shifted } from "./measurement.js";

/** Tells measurements of this page from those of all others. */
const PAGE = Math.random().toString(36).slice(2);
let made = 0;

export class Caliper {
  /** @param {Table} table */
  constructor(table) {
    this.table = table;
    /** @type {Laid | null} */
    this.laid = null;
    /** @type {Moved | null} */
    this.moved = null;
    /** @type {string | null} Name of the measurement whose handles are shown. */
    this.chosen = null;
    this.held = false;
  }

  /** What the tool at hand lays out, or null. */
  get kind() {
    const tool = this.table.tool();
    return tool in POINTS ? /** @type {Measurement["kind"]} */ (tool) : null;
  }

  get busy() {
    return this.held;
  }

  /** Name of the chosen measurement if it lies on the slice on show, or null. */
  get selected() {
    const found = this.table.visible() ? this.table.drawing()?.measurements.get(this.chosen ?? "") : undefined;
    return found?.slice === this.table.slice() ? this.chosen : null;
  }

  /** @param {Point} point */
  active(point) {
    if (!this.table.drawing()) return false;
    return this.kind !== null || (this.table.tool() === "window" && this.under(point) !== null);
  }

  /**
   * What lies on the slice on show, as it is at this moment, by name; what is being laid out has none.
   *
   * @returns {{name: string | null, measurement: Measurement}[]}
   */
  get shown() {
    const drawing = this.table.drawing();
    const slice = this.table.slice();
    if (!drawing) return [];
    const { moved, laid } = this;
    const found = [...drawing.measurements]
      .filter(([, measurement]) => measurement.slice === slice)
      .map(([name, measurement]) => ({ name: /** @type {string | null} */ (name), measurement: moved?.name === name ? moved.after : measurement }));
    if (laid && laid.drawing === drawing && laid.slice === slice) {
      const cursor = this.table.cursor();
      const loose = this.held || !cursor ? laid.loose : inside(cursor, this.table.grid());
      found.push({ name: null, measurement: { kind: laid.kind, slice, points: [...laid.placed, loose] } });
    }
    return found;
  }

  /**
   * The measurement under a point and the handle of it; with a tool that lays out new ones only handles are taken.
   *
   * @param {Point} point
   * @returns {{name: string, measurement: Measurement, handle: number} | null}
   */
  under(point) {
    if (!this.table.visible()) return null;
    const [row, column] = this.table.grid().spacing ?? [1, 1];
    const [reach, aspect] = [this.table.reach(), row / column];
    for (const { name, measurement } of this.shown.reverse()) {
      if (name === null) continue;
      const handle = handlesOf(measurement).findIndex((at) => distanceTo(point, [at, at], aspect) <= reach);
      const touched = handle >= 0 || (this.kind === null && distanceTo(point, lineOf(measurement), aspect) <= reach);
      if (touched) return { name, measurement, handle };
    }
    return null;
  }

  /** @param {Point} at */
  down(at) {
    const drawing = this.table.drawing();
    if (!drawing) return;
    this.held = true;
    const point = inside(at, this.table.grid());
    const found = this.laid ? null : this.under(at);
    if (this.laid) this.laid.loose = point;
    else if (found) this.take(drawing, found, at);
    else if (this.kind) this.begin(drawing, this.kind, point);
    this.table.changed();
  }

  /**
   * @param {Drawing} drawing
   * @param {{name: string, measurement: Measurement, handle: number}} found
   * @param {Point} from
   */
  take(drawing, { name, measurement, handle }, from) {
    this.chosen = name;
    this.moved = { drawing, name, handle, from, before: measurement, after: measurement };
  }

  /**
   * @param {Drawing} drawing
   * @param {Measurement["kind"]} kind
   * @param {Point} point
   */
  begin(drawing, kind, point) {
    this.chosen = null;
    this.laid = { drawing, kind, slice: this.table.slice(), placed: [point], loose: point, pressed: point };
    this.table.show();
  }

  /** @param {Point} at */
  move(at) {
    if (!this.held) return;
    const { laid, moved } = this;
    const grid = this.table.grid();
    if (laid) laid.loose = inside(at, grid);
    if (moved) {
      const { before, from, handle } = moved;
      const whole = handle < 0;
      const after = whole ? shifted(before, { x: at.x - from.x, y: at.y - from.y }, grid) : reshaped(before, handle, inside(at, grid));
      moved.after = { ...after, points: after.points.map((point) => inside(point, grid)) };
    }
    this.table.changed();
  }

  /** The button is released, or what it held can be followed no longer. */
  up() {
    if (!this.held) return;
    this.held = false;
    const { laid, moved } = this;
    this.moved = null;
    if (moved && !isNothing(moved.after)) moved.drawing.measure(moved.name, moved.after);
    if (laid) this.place(laid);
    this.table.changed();
  }

  /** @param {Laid} laid  A drag has placed its second point; a click waits for one. */
  place(laid) {
    const clicked = laid.pressed && lengthOf([laid.pressed, laid.loose], null) < this.table.reach() / 2;
    laid.pressed = null;
    if (!clicked) laid.placed.push(laid.loose);
    if (laid.placed.length < POINTS[laid.kind]) return;
    this.laid = null;
    const measurement = { kind: laid.kind, slice: laid.slice, points: laid.placed };
    if (isNothing(measurement)) return;
    this.chosen = `${PAGE}-${++made}`;
    laid.drawing.measure(this.chosen, measurement);
  }

  /** Another slice, case or reader: what is in the hand stays where it is, what is not all laid out is given up. */
  leave() {
    this.up();
    this.laid = null;
  }

  /** Give up what is in the hand, or being laid out, or chosen; whether there was anything. */
  cancel() {
    const any = this.moved !== null || this.laid !== null || this.selected !== null;
    if (!this.moved && !this.laid) this.chosen = null;
    this.moved = this.laid = null;
    this.held = false;
    this.table.changed();
    return any;
  }

  /** What was begun with the last press was not meant; what earlier presses laid out stays. */
  takeBack() {
    if (this.laid?.pressed) this.laid = null;
    this.moved = null;
    this.held = false;
    this.table.changed();
  }

  /** Remove the chosen measurement; whether there was one. */
  remove() {
    const name = this.selected;
    if (name === null || this.held) return false;
    this.table.drawing()?.measure(name, null);
    this.table.changed();
    return true;
  }
}

/** @param {Measurement} measurement */
function isNothing(measurement) {
  const { points } = measurement;
  if (isArea(measurement)) return areaOf(measurement, null) === 0;
  return points.slice(1).some((point, i) => lengthOf([points[i], point], null) === 0);
}
