/**
 * One plane across the slices as it is looked at: where it lies, how large, and its pixels as far as they are here.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("../sync/types.js").CrossPlane} CrossPlane
 * @typedef {import("./crossing.js").Along} Along
 * @typedef {import("./crossing.js").Crossing} Crossing
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").Outlines} Outlines
 *
 * @typedef {object} Pictures  The slices that are here.
 * @property {number} revision  Changes whenever one comes or goes.
 * @property {(slice: number) => Int16Array | null} of
 */

import { Camera } from "./camera.js";
import { EMPTY } from "./crossing.js";
import { Layer } from "./layer.js";
import { Notches } from "./notches.js";
import { outlines } from "../drawing/outline.js";
import { decodeRuns } from "../sync/runs.js";

/** How far a trackpad must travel, in CSS pixels, before the next plane is shown. */
const PIXELS_PER_PLANE = 40;
/** How far a wheel's notch moves a plane, in mm: pixels are finer than a reader wants to turn. */
export const NOTCH_MM = 2;

export class CrossView extends Camera {
  /**
   * @param {Along} along
   * @param {import("./view.js").SharedView} shared
   */
  constructor(along, shared) {
    super(() => shared.changed());
    this.along = along;
    this.shared = shared;
    /** @type {Crossing | null} */
    this.crossing = null;
    /** @type {Point | null} */
    this.cursor = null;
    this.notches = new Notches(PIXELS_PER_PLANE);
    /** @type {{signature: string, values: Int16Array, here: number}} */
    this.lines = { signature: "", values: new Int16Array(0), here: 0 };
    this.layer = new Layer();
    this.kept = { drawing: { signature: "", paths: /** @type {Outlines} */ ([]) }, reference: { signature: "", paths: /** @type {Outlines} */ ([]) } };
    /** How long the picture took last, in milliseconds. */
    this.took = 0;
  }

  /** @param {Crossing} crossing  Of another case, or of other slices. */
  open(crossing) {
    this.crossing = crossing;
    this.cursor = null;
    this.reset();
  }

  /** The whole plane. */
  reset() {
    const { rows, columns } = this.crossing?.grid ?? { rows: 1, columns: 1 };
    this.zoom = 1;
    this.centre = { x: columns / 2, y: rows / 2 };
  }

  /** Where the plane lies. */
  get at() {
    const { x, y } = this.shared.cross;
    return this.crossing?.inside(this.along === "row" ? y : x) ?? 0;
  }

  /** @param {number} delta  CSS pixels of a wheel, downwards positive. */
  scroll(delta) {
    const way = this.notches.turn(delta);
    if (!way || !this.crossing) return;
    const [row, column] = this.crossing.scan.spacing;
    const step = Math.max(1, Math.round(NOTCH_MM / (this.along === "row" ? row : column)));
    this.put(this.at + way * step);
  }

  /** @param {number} at */
  put(at) {
    if (!this.crossing) return;
    const place = this.crossing.inside(at) + 0.5;
    this.shared.crossAt(this.along === "row" ? { y: place } : { x: place });
  }

  /**
   * Let the slice and the other plane lie at a point of this one.
   *
   * @param {Point} point
   */
  goTo(point) {
    if (!this.crossing) return;
    const { crossing, along, shared } = this;
    shared.goTo(crossing.sliceAt(point.y));
    const { start, count } = crossing.width;
    const place = start + Math.min(count - 1, Math.max(0, Math.floor(point.x))) + 0.5;
    shared.crossAt(along === "row" ? { x: place } : { y: place });
  }

  /** @param {Point | null} point */
  pointAt(point) {
    this.cursor = point;
    this.changed();
  }

  /**
   * @param {number} right
   * @param {number} down
   */
  adjustWindow(right, down) {
    this.shared.adjustWindow(right, down);
  }

  /** Where the slice on show and the other plane cross this one. */
  get crossed() {
    const { crossing, along, shared } = this;
    if (!crossing) return { x: 0, y: 0 };
    return { x: (along === "row" ? shared.cross.x : shared.cross.y) - crossing.width.start, y: crossing.rowOf(shared.slice) };
  }

  /**
   * Make the picture of what is here, unless it is made already.
   *
   * @param {Pictures} pictures
   * @param {{table: Uint32Array, signature: string}} greys
   */
  render(pictures, greys) {
    const { crossing, at } = this;
    if (!crossing) return;
    const started = performance.now();
    const signature = `${crossing.scan.id} ${crossing.kept.length} ${at} ${pictures.revision}`;
    if (this.lines.signature !== signature) {
      const here = crossing.kept.filter((slice) => pictures.of(slice) !== null).length;
      this.lines = { signature, values: crossing.values(at, pictures.of), here };
    }
    const look = `${signature} ${greys.signature}`;
    if (this.layer.signature === look) return;
    this.layer.update(crossing.grid, look, (rgba) => crossing.paint(this.lines.values, greys.table, rgba));
    this.took = performance.now() - started;
  }

  /** The value under the pointer, or null where there is none. */
  get value() {
    const { crossing, cursor } = this;
    if (!crossing || !cursor || !this.lines.values.length) return null;
    const [row, column] = [Math.floor(cursor.y), Math.floor(cursor.x)];
    if (row < 0 || column < 0 || row >= crossing.grid.rows || column >= crossing.grid.columns) return null;
    const value = crossing.valueAt(this.lines.values, row, column);
    return value === EMPTY ? null : value;
  }

  /**
   * The border of what the reader has drawn, as this plane crosses it; a stroke under way is not waited for.
   *
   * @param {Scene} scene
   * @param {boolean} busy  Whether a stroke is under way.
   */
  drawn({ drawing }, busy) {
    const { crossing, at } = this;
    if (!crossing || !drawing?.slices.size) return [];
    const kept = this.kept.drawing;
    const place = `${crossing.scan.id} ${crossing.kept.length} ${at} ${drawing.id}`;
    const signature = `${place} ${drawing.revision}`;
    if (kept.signature === signature || (busy && kept.signature.startsWith(`${place} `))) return kept.paths;
    const labels = crossing.labels(at, (slice) => drawing.slices.get(slice));
    this.kept.drawing = { signature, paths: outlines(labels, crossing.grid) };
    return this.kept.drawing.paths;
  }

  /**
   * The border of another reader's region.
   *
   * @param {Scene} scene
   */
  referenced({ reference, references }) {
    const { crossing, at } = this;
    if (!crossing || !Object.keys(reference).length) return [];
    const signature = `${crossing.scan.id} ${crossing.kept.length} ${at} ${references}`;
    if (this.kept.reference.signature === signature) return this.kept.reference.paths;
    const pixels = new Uint8Array(crossing.scan.rows * crossing.scan.columns);
    const read = (/** @type {number} */ slice) => (reference[String(slice)] ? decodeRuns(reference[String(slice)], pixels) : null);
    this.kept.reference = { signature, paths: outlines(crossing.labels(at, read), crossing.grid) };
    return this.kept.reference.paths;
  }
}
