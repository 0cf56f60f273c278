/**
 * Asks Python for news while something is being computed, so that maps and scores appear by themselves.
 */

const PULSE_MS = 500;
/** So many beats an answer may take; a slow server is not asked faster than it answers. */
const PATIENCE = 2;

export class Pulse {
  /** @param {() => void} beat */
  constructor(beat) {
    this.beat = beat;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** Beats since Python was asked without an answer, 0 if it has answered. */
    this.unanswered = 0;
  }

  /**
   * Python has answered.
   *
   * @param {boolean} waiting  Whether there is anything left to wait for.
   */
  follow(waiting) {
    this.unanswered = 0;
    if (waiting && this.timer === undefined) this.timer = setInterval(() => this.tick(), PULSE_MS);
    if (!waiting) this.stop();
  }

  tick() {
    if (this.unanswered === 0) this.beat();
    this.unanswered = (this.unanswered + 1) % PATIENCE;
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
