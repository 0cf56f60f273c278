/**
 * What a reader drew and measured on one case: labelled slices, measurements, their history, and polygons that are still open.
 *
 * @typedef {import("../sync/types.js").Runs} Runs
 * @typedef {import("../sync/types.js").DrawingView} DrawingView
 * @typedef {import("../sync/types.js").Measurement} Measurement
 * @typedef {import("./history.js").Change} Change
 * @typedef {import("./history.js").SliceChange} SliceChange
 */

import { History } from "./history.js";
import { sameMeasurement } from "./measurement.js";
import { merge } from "../sync/merge.js";
import { decodeRuns, encodeRuns, sameRuns } from "../sync/runs.js";

let made = 0;

export class Drawing {
  /**
   * @param {{rows: number, columns: number}} shape
   * @param {(slices: number[], measurements: string[]) => void} edited  Called after every change by the reader.
   */
  constructor(shape, edited) {
    this.id = ++made;
    this.shape = shape;
    this.edited = edited;
    /** @type {string[]} */
    this.labels = [];
    /** @type {Map<number, Uint8Array>} */
    this.slices = new Map();
    /** @type {Map<string, Measurement>} By a name that no other has. */
    this.measurements = new Map();
    this.history = new History();
    this.revision = 0;
    /** @type {{slice: number, before: Runs} | null} */
    this.act = null;
    /** @type {Map<number, import("./brush.js").Outline>} Polygons that are not closed yet, by slice. */
    this.polygons = new Map();
  }

  /** Changes whenever a pixel does, so that pictures of the drawing can be kept until then. */
  get stamp() {
    return `${this.id}.${this.revision}`;
  }

  /**
   * The labels of a slice, empty if nothing was drawn.
   *
   * @param {number} slice
   */
  on(slice) {
    let labels = this.slices.get(slice);
    if (!labels) {
      labels = new Uint8Array(this.shape.rows * this.shape.columns);
      this.slices.set(slice, labels);
    }
    return labels;
  }

  /** @param {number} slice */
  runs(slice) {
    const labels = this.slices.get(slice);
    return labels ? encodeRuns(labels) : [];
  }

  /** Indices of slices on which something is drawn, optionally with one label only. */
  drawnSlices(label = 0) {
    const holds = (/** @type {Uint8Array} */ labels) =>
      label ? labels.includes(label) : labels.some((value) => value !== 0);
    return [...this.slices].filter(([, labels]) => holds(labels)).map(([slice]) => slice);
  }

  /**
   * Runs of slices that name their labels otherwise, with the numbers that the labels have here.
   *
   * @param {Record<string, Runs>} slices
   * @param {string[]} names
   * @returns {Map<number, Runs>}
   */
  renumbered(slices, names) {
    const numbers = [0, ...names.map((name) => this.number(name))];
    const own = (/** @type {Runs} */ runs) => runs.map((value, i) => (i % 3 === 2 ? numbers[value] : value));
    return new Map(Object.entries(slices).map(([slice, runs]) => [Number(slice), own(runs)]));
  }

  /**
   * Another tab, or another person of the same name, changed a slice: take that over and keep what was drawn here.
   *
   * @param {number} slice
   * @param {Runs} before  What Python had before.
   * @param {Runs} now
   */
  rebase(slice, before, now) {
    const labels = this.on(slice);
    labels.set(merge(this.decoded(before), labels, this.decoded(now)));
    this.revision++;
  }

  /** @param {Runs} runs */
  decoded(runs) {
    return decodeRuns(runs, new Uint8Array(this.shape.rows * this.shape.columns));
  }

  /** @param {number} slice */
  begin(slice) {
    this.act = { slice, before: this.runs(slice) };
  }

  /** Note that pixels changed within the current act. */
  touched() {
    this.revision++;
  }

  /** Finish the act; nothing is noted if it changed nothing. */
  finish() {
    if (!this.act) return;
    const { slice, before } = this.act;
    this.act = null;
    this.note([{ slice, before, after: this.runs(slice) }]);
  }

  /** Give the current act up. */
  abandon() {
    if (!this.act) return;
    decodeRuns(this.act.before, this.on(this.act.slice));
    this.act = null;
    this.revision++;
  }

  /**
   * Change whole slices as one act.
   *
   * @param {Map<number, (labels: Uint8Array) => void>} edits
   */
  edit(edits) {
    const change = [];
    for (const [slice, edit] of edits) {
      const before = this.runs(slice);
      edit(this.on(slice));
      change.push({ slice, before, after: this.runs(slice) });
    }
    this.note(change);
  }

  /**
   * Lay a measurement out, move it, or remove it, as one act.
   *
   * @param {string} name
   * @param {Measurement | null} after
   */
  measure(name, after) {
    const before = this.measurements.get(name) ?? null;
    const slice = (after ?? before)?.slice;
    if (slice === undefined || sameMeasurement(before, after)) return;
    this.put(name, after);
    this.history.push([{ slice, measurement: name, before, after }]);
    this.edited([], [name]);
  }

  /**
   * @param {string} name
   * @param {Measurement | null} measurement
   */
  put(name, measurement) {
    if (measurement) this.measurements.set(name, measurement);
    else this.measurements.delete(name);
  }

  /** @param {SliceChange[]} change */
  note(change) {
    const real = change.filter(({ before, after }) => !sameRuns(before, after));
    this.revision++;
    if (!real.length) return;
    this.history.push(real);
    this.edited(real.map(({ slice }) => slice), []);
  }

  /** Slice of the act that was taken back, or null. */
  undo() {
    return this.apply(this.history.undo());
  }

  redo() {
    return this.apply(this.history.redo());
  }

  /** @param {Change | null} change */
  apply(change) {
    if (!change) return null;
    // Only what the act changed: what came from elsewhere since then stays.
    for (const part of change) {
      if ("measurement" in part) this.put(part.measurement, part.after);
      else this.reapply(part);
    }
    this.revision++;
    const [slices, measurements] = [change.filter((part) => !("measurement" in part)), change.filter((part) => "measurement" in part)];
    this.edited(slices.map(({ slice }) => slice), measurements.map(({ measurement }) => measurement));
    return change[0].slice;
  }

  /** @param {SliceChange} change */
  reapply({ slice, before, after }) {
    const labels = this.on(slice);
    labels.set(merge(this.decoded(before), this.decoded(after), labels));
  }

  /**
   * Number of the label with this name, made by the reader if there is none.
   *
   * @param {string} name
   */
  label(name) {
    const isNew = !this.labels.includes(name);
    const number = this.number(name);
    if (isNew) this.edited([], []);
    return number;
  }

  /** @param {string} name */
  number(name) {
    const known = this.labels.indexOf(name);
    return known >= 0 ? known + 1 : this.labels.push(name);
  }
}
