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
   * @param {{store: import("./outbox.js").Store | null, post: (message: object) => void, changed: () => void}} outside
   */
  constructor(scan, view, { store, post, changed }) {
    this.caseId = scan.id;
    this.reader = view.reader;
    this.post = post;
    this.drawing = new Drawing(scan, (slices) => this.edited(slices));
    this.outbox = new Outbox(store, scan.id, view.reader);
    this.saver = new Saver(this.outbox, () => this.send(), changed);
    this.opened = false;
  }

  /**
   * Take what Python knows, and keep what it does not know yet.
   *
   * @param {DrawingView} view
   * @param {number} acknowledged
   */
  hear(view, acknowledged) {
    this.saver.acknowledge(acknowledged);
    if (!this.opened) {
      this.open(view, acknowledged);
      return;
    }
    const act = this.drawing.act ? [this.drawing.act.slice] : [];
    const pending = new Set([...this.outbox.pending.keys(), ...act]);
    if (view.version >= this.drawing.version) this.drawing.adopt(view, pending);
  }

  /**
   * @param {DrawingView} view
   * @param {number} acknowledged
   */
  open(view, acknowledged) {
    this.opened = true;
    this.drawing.adopt(view, new Set());
    this.drawing.version = Math.max(view.version, acknowledged);
    const left = this.outbox.recover(this.drawing.version + 1);
    if (this.outbox.empty) return;
    this.drawing.version += 1;
    this.drawing.restore(left);
    if (this.outbox.labels.length > this.drawing.labels.length) this.drawing.labels = [...this.outbox.labels];
    this.saver.wake();
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
    });
  }
}
