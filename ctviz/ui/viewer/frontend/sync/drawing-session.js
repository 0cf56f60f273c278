/**
 * One reader's work on one case: the drawing, what of it is not stored yet, and the sending of it.
 *
 * @typedef {import("./types.js").CaseView} CaseView
 * @typedef {import("./types.js").DrawingView} DrawingView
 * @typedef {import("./types.js").Runs} Runs
 * @typedef {import("./types.js").Measurement} Measurement
 */

import { Drawing } from "../drawing/drawing.js";
import { sameMeasurement } from "../drawing/measurement.js";
import { Outbox } from "./outbox.js";
import { sameRuns } from "./runs.js";
import { Saver } from "./saver.js";

export class DrawingSession {
  /**
   * @param {CaseView} scan
   * @param {DrawingView} view
   * @param {{store: import("./outbox.js").Store | null, post: (message: object, attempts: number) => void, changed: () => void}} outside
   */
  constructor(scan, view, { store, post, changed }) {
    this.drawing = new Drawing(scan, (slices, measurements) => this.edited(slices, measurements));
    this.outbox = new Outbox(store, scan.id, view.reader);
    this.saver = new Saver(this.outbox, post, changed);
    /** @type {Map<number, Runs>} What Python has of each slice, as far as we were told. */
    this.stored = new Map();
    /** @type {Map<string, Measurement | null>} And of each measurement. */
    this.storedMeasurements = new Map();
    /** @type {Set<number>} Slices that changed elsewhere while a stroke of ours on them was not under way yet. */
    this.met = new Set();
    for (const name of [...view.labels, ...this.outbox.names()]) this.drawing.number(name);
  }

  /**
   * @param {string[]} ids  Letters that Python has stored.
   * @param {Record<string, string>} refused  Why others were not, by letter.
   */
  acknowledge(ids, refused) {
    const letter = this.outbox.acknowledge(ids);
    if (letter) {
      for (const [slice, { after }] of Object.entries(letter.slices)) this.stored.set(Number(slice), after);
      for (const [name, { after }] of Object.entries(letter.measurements)) this.storedMeasurements.set(name, after);
      this.saver.arrived();
    }
    this.saver.hear(refused);
  }

  /**
   * Take over what Python has, and keep what was drawn here since.
   *
   * Of a slice that is under way nobody knows yet whether Python's answer holds it, and one that is
   * being drawn on is left in peace; both are taken over with the next answer.
   *
   * @param {DrawingView} view
   */
  hear(view) {
    const theirs = this.drawing.renumbered(view.slices, view.labels);
    const changed = [];
    for (const slice of new Set([...this.stored.keys(), ...theirs.keys()])) {
      const before = this.stored.get(slice) ?? [];
      const now = theirs.get(slice) ?? [];
      const busy = this.outbox.told(slice) !== null || this.drawing.act?.has(slice);
      if (busy || sameRuns(before, now)) continue;
      if (this.outbox.edits.has(slice)) this.met.add(slice);
      this.drawing.rebase(slice, before, now);
      this.stored.set(slice, now);
      changed.push(slice);
    }
    if (changed.length) this.note(changed);
    this.hearMeasurements(view.measurements);
  }

  /**
   * Of a measurement that both sides changed, the later stays; only one that was moved elsewhere is not removed.
   *
   * @param {Record<string, Measurement>} measurements
   */
  hearMeasurements(measurements) {
    const { storedMeasurements: stored, outbox, drawing } = this;
    for (const name of new Set([...stored.keys(), ...Object.keys(measurements)])) {
      const now = measurements[name] ?? null;
      if (outbox.toldMeasurement(name) !== undefined || sameMeasurement(stored.get(name) ?? null, now)) continue;
      stored.set(name, now);
      const ours = outbox.measured.get(name);
      if (!ours || (ours.after === null && now !== null)) drawing.put(name, now);
      if (ours) this.noteMeasured([name]);
    }
  }

  /**
   * @param {number[]} slices
   * @param {string[]} measurements
   */
  edited(slices, measurements) {
    // The names of labels may be new although no slice is.
    if (slices.length || !measurements.length) this.note(slices);
    if (measurements.length) this.noteMeasured(measurements);
    this.saver.wake();
  }

  /** @param {string[]} names */
  noteMeasured(names) {
    const told = (/** @type {string} */ name) => this.outbox.toldMeasurement(name);
    const before = (/** @type {string} */ name) => (told(name) === undefined ? this.storedMeasurements.get(name) : told(name)) ?? null;
    const edit = (/** @type {string} */ name) => ({ before: before(name), after: this.drawing.measurements.get(name) ?? null });
    this.outbox.putMeasured(new Map(names.map((name) => [name, edit(name)])));
  }

  /** @param {number[]} slices */
  note(slices) {
    const edit = (/** @type {number} */ slice) => ({
      before: this.outbox.told(slice) ?? this.stored.get(slice) ?? [],
      after: this.settled(slice),
    });
    this.outbox.put(new Map(slices.map((slice) => [slice, edit(slice)])), this.drawing.labels);
  }

  /** @param {number} slice  Without the stroke that is being drawn. */
  settled(slice) {
    return this.drawing.act?.get(slice) ?? this.drawing.runs(slice);
  }
}
