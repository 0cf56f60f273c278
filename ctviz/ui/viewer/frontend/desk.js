/**
 * One reader's work on one case: the drawing, what of it is not stored yet, and the sending of it.
 *
 * @typedef {import("./types.js").CaseView} CaseView
 * @typedef {import("./types.js").DrawingView} DrawingView
 */

import { Drawing } from "./drawing.js";
import { Outbox } from "./outbox.js";
import { Saver } from "./saver.js";

export class Desk {
  /**
   * @param {CaseView} scan
   * @param {DrawingView} view
   * @param {{store: import("./outbox.js").Store | null, post: (message: object, attempts: number) => void, changed: () => void}} outside
   */
  constructor(scan, view, { store, post, changed }) {
    this.caseId = scan.id;
    this.reader = view.reader;
    this.post = post;
    this.drawing = new Drawing(scan, (slices) => this.edited(slices));
    this.outbox = new Outbox(store, scan.id, view.reader);
    this.saver = new Saver(this.outbox, () => this.send(), changed);
    /** Version of Python's drawing that was taken over last; -1 before the first. */
    this.adopted = -1;
  }

  /**
   * Take what Python knows, and keep what it does not know yet.
   *
   * @param {DrawingView} view
   * @param {number} acknowledged
   */
  hear(view, acknowledged) {
    this.saver.acknowledge(acknowledged);
    if (this.adopted < 0) {
      this.open(view, acknowledged);
      return;
    }
    const act = this.drawing.act ? [this.drawing.act.slice] : [];
    const pending = new Set([...this.outbox.pending.keys(), ...act]);
    if (view.version < this.drawing.version || view.version === this.adopted) return;
    this.adopted = view.version;
    this.drawing.adopt(view, pending);
  }

  /**
   * @param {DrawingView} view
   * @param {number} acknowledged
   */
  open(view, acknowledged) {
    this.adopted = view.version;
    this.drawing.adopt(view, new Set());
    for (const name of this.outbox.names()) this.drawing.number(name);
    this.drawing.version = Math.max(view.version, acknowledged);
    const left = this.outbox.read();
    if (!left) return;
    this.drawing.restore(left.slices, left.labels);
    this.edited(Object.keys(left.slices).map(Number));
  }

  /** @param {number[]} slices */
  edited(slices) {
    const { drawing } = this;
    drawing.version += 1;
    const changes = new Map(slices.map((slice) => [slice, drawing.runs(slice)]));
    this.outbox.put(changes, drawing.labels, drawing.version);
    this.saver.wake();
  }

  send() {
    this.post({
      case: this.caseId,
      reader: this.reader,
      version: this.drawing.version,
      labels: [...this.drawing.labels],
      slices: this.outbox.slices(),
    }, this.saver.attempts);
  }
}
