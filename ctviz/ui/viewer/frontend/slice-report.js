/**
 * Tells Python on which slice the reader rests, and tells Python's wishes from echoes of ours.
 */

const REST_MS = 250;
const RETRY_MS = 4000;
const ATTEMPTS = 3;

export class SliceReport {
  /** @param {(slice: number) => void} post */
  constructor(post) {
    this.post = post;
    /** Slice that Python last said. */
    this.heard = -1;
    /** @type {number[]} Slices we said that Python has not echoed. */
    this.said = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {number} slice  Where Python is when a case is opened. */
  open(slice) {
    clearTimeout(this.timer);
    this.heard = slice;
    this.said = [];
  }

  /** @param {number} slice */
  moved(slice) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(slice, 1), REST_MS);
  }

  /**
   * @param {number} slice
   * @param {number} attempt
   */
  say(slice, attempt) {
    if (slice === this.heard && this.said.length === 0) return;
    this.said.push(slice);
    this.post(slice);
    if (attempt < ATTEMPTS) this.timer = setTimeout(() => this.say(slice, attempt + 1), RETRY_MS);
  }

  /**
   * Whether the board should go to the slice that Python says.
   *
   * @param {number} slice
   */
  hear(slice) {
    if (slice === this.heard) return false;
    this.heard = slice;
    const echo = this.said.lastIndexOf(slice);
    if (echo < 0) return true;
    if (echo === this.said.length - 1) clearTimeout(this.timer);
    this.said = this.said.slice(echo + 1);
    return false;
  }
}
