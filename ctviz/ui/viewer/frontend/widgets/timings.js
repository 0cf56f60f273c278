/**
 * How long the last pictures took, for benchmarks.
 *
 * @typedef {{slice: number, sliceChanged: boolean, drawMs: number, waitMs: number}} Timing
 *   drawMs is our own work; waitMs runs from the request to the end of that work.
 */

const KEPT = 500;

export class Timings {
  constructor() {
    /** @type {Timing[]} */
    this.list = [];
    this.lastSlice = -1;
    this.asked = 0;
  }

  requested() {
    this.asked = performance.now();
  }

  /**
   * @param {number} slice
   * @param {number} started
   */
  drawn(slice, started) {
    const now = performance.now();
    this.list.push({
      slice,
      sliceChanged: slice !== this.lastSlice,
      drawMs: now - started,
      waitMs: now - this.asked,
    });
    if (this.list.length > KEPT) this.list.shift();
    this.lastSlice = slice;
  }
}
