/**
 * Undo and redo of drawing changes.
 *
 * @typedef {import("../sync/types.js").Runs} Runs
 * @typedef {import("../sync/types.js").Measurement} Measurement
 * @typedef {{slice: number, before: Runs, after: Runs}} SliceChange
 * @typedef {{slice: number, measurement: string, before: Measurement | null, after: Measurement | null}} MeasurementChange
 * @typedef {(SliceChange | MeasurementChange)[]} Change  One act of the reader; may span slices.
 */

export class History {
  /** @param {number} limit  How many acts can be taken back. */
  constructor(limit = 50) {
    this.limit = limit;
    /** @type {Change[]} */
    this.past = [];
    /** @type {Change[]} */
    this.future = [];
  }

  /** @param {Change} change */
  push(change) {
    this.past.push(change);
    if (this.past.length > this.limit) this.past.shift();
    this.future = [];
  }

  /** The change that takes the last act back, or null. */
  undo() {
    const change = this.past.pop();
    if (!change) return null;
    this.future.push(change);
    return /** @type {Change} */ (change.map((part) => ({ ...part, before: part.after, after: part.before })));
  }

  /** The change that does the last undone act again, or null. */
  redo() {
    const change = this.future.pop();
    if (!change) return null;
    this.past.push(change);
    return change;
  }
}
