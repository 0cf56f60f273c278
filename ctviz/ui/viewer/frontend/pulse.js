/**
 * Asks Python for news while something is being computed, so that maps and scores appear by themselves.
 */

const PULSE_MS = 500;

export class Pulse {
  /** @param {() => void} beat */
  constructor(beat) {
    this.beat = beat;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  /** @param {boolean} waiting  Whether there is anything to wait for. */
  follow(waiting) {
    if (waiting && this.timer === undefined) this.timer = setInterval(this.beat, PULSE_MS);
    if (!waiting) this.stop();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
