/**
 * The case beside the one that is read: which of its slices is on show, and how it is looked at.
 *
 * Linked, it follows: in the patient's millimetres where both cases know how their slices lie, else slice by slice. Scans of
 * one coordinate system begin at the same place, others at the same share of their way; whoever knows better unlinks them,
 * scrolls one of them, and links them again.
 *
 * @typedef {import("../sync/types.js").BesideView} Told
 * @typedef {import("../sync/types.js").CaseView} CaseView
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("./view.js").SharedView} SharedView
 */

import { place } from "./geometry.js";
import { Layer } from "./layer.js";
import { Notches } from "./notches.js";
import { outwards, PixelStore } from "./pixels.js";
import { lookUp } from "./windowing.js";

const PIXELS_PER_SLICE = 40;
const BYTES = 64 * 2 ** 20;

export class BesideCase {
  /**
   * @param {SharedView} shared
   * @param {() => CaseView} read  The case that is read.
   */
  constructor(shared, read) {
    this.shared = shared;
    this.read = read;
    /** @type {Told | null} */
    this.told = null;
    this.pictures = new PixelStore({ bytes: BYTES, noun: "slice", changed: () => shared.changed() });
    this.notches = new Notches(PIXELS_PER_SLICE);
    this.layer = new Layer();
    this.linked = true;
    /** How far it lies behind where it would by itself, in mm or slices. */
    this.shift = 0;
    /** The slice on show while it is alone. */
    this.own = 0;
    this.opened = "";
    /** @type {Point | null} In pixels of its own. */
    this.cursor = null;
    this.size = { width: 1, height: 1 };
  }

  /** @param {Told | null} told */
  take(told) {
    this.told = told;
    const opened = told ? `${this.read().id} ${told.case.id}` : "";
    if (opened !== this.opened) {
      this.opened = opened;
      this.cursor = null;
      this.open();
    }
    this.want();
  }

  /** Where another case begins; another slice of the same case stays where it is put. */
  open() {
    const { told, shared } = this;
    if (!told) return;
    const read = this.read();
    this.linked = told.case.id !== read.id;
    this.shift = 0;
    this.own = Math.round((shared.slice / Math.max(1, read.count - 1)) * (told.case.count - 1));
    if (this.linked && !told.offset) this.shift = this.shiftTo(this.own);
  }

  /** Whether places are millimetres, or else numbers of slices. */
  get inMillimetres() {
    return this.told !== null && this.told.case.stack !== null && this.read().stack !== null;
  }

  /**
   * @param {CaseView} scan
   * @param {number} slice
   */
  placeOf(scan, slice) {
    return this.inMillimetres && scan.stack ? scan.stack.depths[slice] : slice;
  }

  /** Where the slice on show of the case that is read lies, from the first slice of the other one. */
  get there() {
    const behind = this.inMillimetres ? (this.told?.offset?.[2] ?? 0) : 0;
    return this.placeOf(this.read(), this.shared.slice) - behind;
  }

  /** @param {number} slice  What shift shows this slice. */
  shiftTo(slice) {
    return this.told ? this.placeOf(this.told.case, slice) - this.there : 0;
  }

  /** The slice on show. */
  get slice() {
    const { told } = this;
    if (!told) return 0;
    const last = told.case.count - 1;
    if (!this.linked) return Math.min(this.own, last);
    const wanted = this.there + this.shift;
    if (!this.inMillimetres) return Math.min(last, Math.max(0, Math.round(wanted)));
    let nearest = 0;
    for (let k = 1; k <= last; k++) {
      if (Math.abs(this.placeOf(told.case, k) - wanted) < Math.abs(this.placeOf(told.case, nearest) - wanted)) nearest = k;
    }
    return nearest;
  }

  /** How far the slice on show is from where it would have to be, in mm: the case may end before. */
  get misses() {
    if (!this.told || !this.linked || !this.inMillimetres) return 0;
    return Math.abs(this.placeOf(this.told.case, this.slice) - this.there - this.shift);
  }

  /** Follow the case that is read from here on, or stay here. */
  toggleLink() {
    const { slice } = this;
    if (this.linked) this.own = slice;
    else this.shift = this.shiftTo(slice);
    this.linked = !this.linked;
    this.shared.changed();
  }

  /** Ask for the slices around the one on show. */
  want() {
    const { told } = this;
    if (!told) return;
    const { pixels, rows, columns, count } = told.case;
    this.pictures.want(outwards(this.slice, count).map((slice) => pixels.replace("{k}", String(slice))), rows * columns);
  }

  get holding() {
    return this.pictures.get(this.told?.case.pixels.replace("{k}", String(this.slice)) ?? "");
  }

  /**
   * The slice on show in the window of the case that is read, or null while it is not here.
   *
   * @param {{table: Uint32Array, signature: string}} greys
   */
  grey(greys) {
    const { told, holding, slice } = this;
    if (!told || holding.state !== "ready") return null;
    const { values } = holding.picture;
    this.layer.update(told.case, `${told.case.id} ${slice} ${greys.signature}`, (rgba) => lookUp(values, greys.table, rgba));
    return this.layer.canvas;
  }

  /** From a point of the case that is read to the same place of this one, and how long pixels are. */
  get scales() {
    const [row, column] = this.told?.case.spacing ?? [1, 1];
    const [readRow, readColumn] = (this.told?.case.spacing && this.read().spacing) || [row, column];
    return { x: readColumn / column, y: readRow / row, row, column };
  }

  /** @param {Point} point  Of the case that is read. */
  fromRead({ x, y }) {
    const { told } = this;
    const read = this.read();
    const scales = this.scales;
    if (!told) return { x, y };
    if (told.offset && told.case.spacing) {
      const [right, down] = told.offset;
      // A pixel's centre lies at one half.
      return { x: (x - 0.5) * scales.x - right / scales.column + 0.5, y: (y - 0.5) * scales.y - down / scales.row + 0.5 };
    }
    return { x: (x - read.columns / 2) * scales.x + told.case.columns / 2, y: (y - read.rows / 2) * scales.y + told.case.rows / 2 };
  }

  /** How it is looked at: a millimetre is as long as beside it. */
  get look() {
    const { told, shared, size } = this;
    if (!told) return { zoom: 1, centre: { x: 0, y: 0 } };
    const centre = this.fromRead(shared.centre);
    const wanted = place(size, this.read(), shared).scaleX / this.scales.x;
    return { zoom: wanted / place(size, told.case, { zoom: 1, centre }).scaleX, centre };
  }

  get zoom() {
    return this.look.zoom;
  }

  /** @param {number} delta  CSS pixels of a wheel: linked, it turns both. */
  scroll(delta) {
    if (this.linked) return this.shared.scroll(delta);
    const way = this.notches.turn(delta);
    if (!way || !this.told) return;
    this.own = Math.min(this.told.case.count - 1, Math.max(0, this.own + way));
    this.want();
    this.shared.changed();
  }

  /**
   * @param {number} factor
   * @param {Point} anchor
   */
  zoomBy(factor, anchor) {
    const origin = this.fromRead({ x: 0, y: 0 });
    const { x, y } = this.scales;
    this.shared.zoomBy(factor, { x: (anchor.x - origin.x) / x, y: (anchor.y - origin.y) / y });
  }

  /**
   * @param {number} columns
   * @param {number} rows
   */
  panBy(columns, rows) {
    const { x, y } = this.scales;
    this.shared.panBy(columns / x, rows / y);
  }

  /**
   * @param {number} right
   * @param {number} down
   */
  adjustWindow(right, down) {
    this.shared.adjustWindow(right, down);
  }

  /** @param {Point | null} point */
  pointAt(point) {
    this.cursor = point;
    this.shared.changed();
  }
}
