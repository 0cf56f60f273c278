/**
 * Lets the page run, for what its own widgets show, when the reader rests: once for all that has happened meanwhile.
 *
 * The board does not wait for it; what it shows comes by the courier.
 */

/** So long the reader must not have done anything. */
const REST_MS = 1000;
/** A reader who never rests sees the page no older than this. */
const LATEST_MS = 20_000;
/** Streamlit can lose a message (streamlit#16732): the page is asked again if it has not run by then. */
const AGAIN_MS = 5000;

export class Leisure {
  /**
   * @param {() => void} run
   * @param {() => boolean} calm  Whether Python has answered all that was said: a busy server is not given more to do.
   */
  constructor(run, calm) {
    this.run = run;
    this.calm = calm;
    /** When the page began to be behind, or null. @type {number | null} */
    this.since = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {boolean} behind  Whether the page shows less than the board, as Python says. */
  hear(behind) {
    // What shows an earlier moment is faint; see `ctviz/ui/style.css`.
    globalThis.document?.documentElement?.toggleAttribute("data-ctviz-behind", behind);
    if (!behind) this.stop();
    else if (this.since === null) this.wait(REST_MS);
  }

  /** The reader has done something that Python was told of. */
  act() {
    if (this.since === null) return;
    this.wait(Math.max(0, Math.min(REST_MS, this.since + LATEST_MS - Date.now())));
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.since = null;
  }

  /** @param {number} milliseconds */
  wait(milliseconds) {
    this.since ??= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), milliseconds);
  }

  ask() {
    if (!this.calm()) return this.wait(REST_MS);
    this.since = Date.now();
    this.run();
    this.wait(AGAIN_MS);
  }
}
