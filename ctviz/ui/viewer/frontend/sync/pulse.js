/**
 * Asks Python for news while something is being computed, so that maps and scores appear by themselves.
 */

const PULSE_MS = { waiting: 500, calm: 2000 };
/** So many beats an answer may take; a slow server is not asked faster than it answers. */
const PATIENCE = 2;

export class Pulse {
  /** @param {() => void} beat */
  constructor(beat) {
    this.beat = beat;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.pace = "still";
    /** Beats since Python was asked without an answer, 0 if it has answered. */
    this.unanswered = 0;
  }

  /**
   * Python has answered.
   *
   * @param {"waiting" | "calm" | "still"} pace  Whether there is anything left to wait for, or to be told in time.
   */
  follow(pace) {
    this.unanswered = 0;
    if (pace === this.pace) return;
    this.stop();
    this.pace = pace;
    if (pace !== "still") this.timer = setInterval(() => this.tick(), PULSE_MS[pace]);
  }

  tick() {
    if (this.unanswered === 0) this.beat();
    this.unanswered = (this.unanswered + 1) % PATIENCE;
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.pace = "still";
  }
}
