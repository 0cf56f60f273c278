/**
 * The planes across the slices of a case: which there are, and of which slices they are made.
 *
 * @typedef {import("../sync/types.js").CaseView} CaseView
 */

import { Crossing, thinned } from "./crossing.js";
import { CrossView } from "./cross-view.js";

/** Slices on either side of that on show that are held whatever planes are made of. */
const NEAR = 16;

export class Planes {
  /** @param {import("./view.js").SharedView} shared */
  constructor(shared) {
    this.shared = shared;
    this.views = { row: new CrossView("row", shared), column: new CrossView("column", shared) };
    /** @type {CaseView | null} */
    this.scan = null;
    /** Every how manyeth slice planes are made of. */
    this.step = 1;
    this.opened = "";
  }

  /** Whether planes are on the screen: the reader wants them, and the slices can be crossed. */
  get shown() {
    return this.shared.planes && this.scan !== null && this.scan.stack !== null && this.scan.spacing !== null;
  }

  /**
   * Make the planes of a case, unless they are made already.
   *
   * @param {CaseView} scan
   * @param {number} room  How many slices memory holds.
   */
  take(scan, room) {
    this.scan = scan;
    const { stack, spacing } = scan;
    if (!this.shown || !stack || !spacing) return;
    const { step, kept } = thinned(scan.count, room - 2 * NEAR - 1);
    const opened = `${scan.id} ${step}`;
    if (this.opened === opened) return;
    [this.opened, this.step] = [opened, step];
    for (const view of Object.values(this.views)) view.open(new Crossing({ ...scan, stack, spacing }, view.along, kept));
  }

  /**
   * Slices in the order in which they are wanted: those around the one on show, those of the planes, all others.
   *
   * @param {number[]} order  From the one on show outwards.
   */
  wanted(order) {
    if (!this.shown || this.step === 1) return order;
    const around = order.slice(0, 2 * NEAR + 1);
    return [...new Set([...around, ...order.filter((slice) => slice % this.step === 0), ...order])];
  }

  /** What a reader must know of the planes, in sentences. */
  get notes() {
    const thin = this.step > 1 ? [`This series is too large for the browser: every ${ordinal(this.step)} slice makes up the planes.`] : [];
    return [...(this.scan?.stack?.notes ?? []), ...thin];
  }

  reset() {
    for (const view of Object.values(this.views)) view.reset();
  }
}

/** @param {number} number */
function ordinal(number) {
  return ({ 2: "second", 3: "third" })[number] ?? `${number}th`;
}
