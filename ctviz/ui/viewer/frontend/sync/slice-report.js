/**
 * Tells Python on which slice the reader rests, not where he scrolls by.
 */

const REST_MS = 250;

export class SliceReport {
  /** @param {(slice: number) => void} tell */
  constructor(tell) {
    this.tell = tell;
    /** Slice that Python was told or has told itself. */
    this.known = -1;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Whether the reader has moved and Python was not told yet. */
  get moving() {
    return this.timer !== undefined;
  }

  /** @param {number} slice  Where Python is, and the board with it. */
  agree(slice) {
    this.stop();
    this.known = slice;
  }

  /** @param {number} slice */
  moved(slice) {
    this.stop();
    this.timer = setTimeout(() => this.rest(slice), REST_MS);
  }

  /** @param {number} slice */
  rest(slice) {
    this.timer = undefined;
    if (slice === this.known) return;
    this.known = slice;
    this.tell(slice);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
