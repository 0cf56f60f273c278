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

/** How many there can be, "undrawn" included: they are kept in bytes. */
const LABELS = 256;

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
    /** The revision in which each slice changed last. @type {Map<number, number>} */
    this.versions = new Map();
    /** Pixels of each label, by slice, as they were in a version of it. @type {Map<number, {version: number, pixels: Uint32Array}>} */
    this.counted = new Map();
    /** In which version slices were filled between drawn ones, by label and slice. @type {Map<number, Map<number, number>>} */
    this.filled = new Map();
    /** What the slices were before the act that is under way, or null. @type {Map<number, Runs> | null} */
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

  /** @param {number} slice */
  version(slice) {
    return this.versions.get(slice) ?? 0;
  }

  /**
   * How many pixels of a slice each label has; those of label 0 are undrawn.
   *
   * @param {number} slice
   */
  pixels(slice) {
    const [known, version] = [this.counted.get(slice), this.version(slice)];
    if (known?.version === version) return known.pixels;
    const pixels = new Uint32Array(LABELS);
    for (const label of this.on(slice)) pixels[label]++;
    this.counted.set(slice, { version, pixels });
    return pixels;
  }

  /** Indices of slices on which something is drawn, optionally with one label only. */
  drawnSlices(label = 0) {
    const size = this.shape.rows * this.shape.columns;
    const holds = (/** @type {number} */ slice) => (label ? this.pixels(slice)[label] > 0 : this.pixels(slice)[0] < size);
    return [...this.slices.keys()].filter(holds);
  }

  /**
   * @param {number} label
   * @param {number[]} slices  That were filled between drawn ones just now.
   */
  noteFilled(label, slices) {
    const versions = this.filled.get(label) ?? new Map();
    for (const slice of slices) versions.set(slice, this.version(slice));
    this.filled.set(label, versions);
  }

  /**
   * Slices on which a label was filled between drawn ones and nothing was changed since, by this page.
   *
   * @param {number} label
   */
  filledSlices(label) {
    return [...(this.filled.get(label) ?? [])].filter(([slice, version]) => this.version(slice) === version).map(([slice]) => slice);
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
    this.touch([slice]);
  }

  /** @param {Runs} runs */
  decoded(runs) {
    return decodeRuns(runs, new Uint8Array(this.shape.rows * this.shape.columns));
  }

  /**
   * Begin an act that may change these slices; whatever it changes of them is one act.
   *
   * @param {number[]} slices
   */
  begin(slices) {
    this.act = new Map(slices.map((slice) => [slice, this.runs(slice)]));
  }

  /**
   * Note that pixels of slices have changed.
   *
   * @param {Iterable<number>} slices
   */
  touch(slices) {
    this.revision++;
    for (const slice of slices) this.versions.set(slice, this.revision);
  }

  /** Finish the act; nothing is noted if it changed nothing. */
  finish() {
    const { act } = this;
    if (!act) return;
    this.act = null;
    this.note([...act].map(([slice, before]) => ({ slice, before, after: this.runs(slice) })));
  }

  /** Give the current act up. */
  abandon() {
    const { act } = this;
    if (!act) return;
    for (const [slice, before] of act) decodeRuns(before, this.on(slice));
    this.act = null;
    this.touch(act.keys());
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
    this.touch(real.map(({ slice }) => slice));
    if (!real.length) return;
    this.history.push(real);
    this.edited(real.map(({ slice }) => slice), []);
  }

  /** Slices of the act that was taken back, or null. */
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
    this.touch(change.map(({ slice }) => slice));
    const [slices, measurements] = [change.filter((part) => !("measurement" in part)), change.filter((part) => "measurement" in part)];
    this.edited(slices.map(({ slice }) => slice), measurements.map(({ measurement }) => measurement));
    return change.map(({ slice }) => slice);
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
