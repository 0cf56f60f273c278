/**
 * One reader's work on one case: the drawing, what of it is not stored yet, and the sending of it.
 *
 * @typedef {import("./types.js").CaseView} CaseView
 * @typedef {import("./types.js").DrawingView} DrawingView
 * @typedef {import("./types.js").Runs} Runs
 */

import { Drawing } from "../drawing/drawing.js";
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
    this.drawing = new Drawing(scan, (slices) => this.edited(slices));
    this.outbox = new Outbox(store, scan.id, view.reader);
    this.saver = new Saver(this.outbox, post, changed);
    /** @type {Map<number, Runs>} What Python has of each slice, as far as we were told. */
    this.stored = new Map();
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
      const busy = this.outbox.told(slice) !== null || this.drawing.act?.slice === slice;
      if (busy || sameRuns(before, now)) continue;
      if (this.outbox.edits.has(slice)) this.met.add(slice);
      this.drawing.rebase(slice, before, now);
      this.stored.set(slice, now);
      changed.push(slice);
    }
    if (changed.length) this.note(changed);
  }

  /** @param {number[]} slices */
  edited(slices) {
    this.note(slices);
    this.saver.wake();
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
    const { act } = this.drawing;
    return act?.slice === slice ? act.before : this.drawing.runs(slice);
  }
}
