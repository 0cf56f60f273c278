/**
 * Lets the page run again until it was drawn for the scheme, dark or light, that the reader sees.
 *
 * Charts are drawn by the server, in the inks of the page. When the system turns, Streamlit turns the page at once and
 * tells the server with the next message only; and of messages in quick succession it can lose one (streamlit#16732).
 */

/** Waits between looks; growing, because a busy page answers late. */
const AGAIN_MS = [0, 500, 1000, 2000, 4000, 8000, 16000];

/** @returns {string | null} `dark` or `light`; null where there is no page of Streamlit's. */
function seen() {
  const page = globalThis.document?.querySelector?.(".stApp");
  return page ? getComputedStyle(page).colorScheme : null;
}

export class SchemeWatch {
  /**
   * @param {() => void} run  Lets the page run.
   * @param {() => string | null} [shown]
   */
  constructor(run, shown = seen) {
    this.run = run;
    this.shown = shown;
    /** @type {string | null} What the server drew for when it was heard last. */
    this.drawn = null;
    this.attempts = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * The server has drawn.
   *
   * @param {string} scheme
   */
  hear(scheme) {
    this.drawn = scheme;
    // A server that cannot be told otherwise is not asked for ever.
    if (!this.fits && this.attempts === 0) this.wait();
  }

  /** The system has turned: the page follows in a moment, and has to be looked at more than once. */
  turned() {
    clearTimeout(this.timer);
    this.attempts = 0;
    this.wait();
  }

  get fits() {
    const shown = this.shown();
    return shown === null || this.drawn === null || shown === this.drawn;
  }

  wait() {
    const more = this.attempts < AGAIN_MS.length;
    this.timer = more ? setTimeout(() => this.look(), AGAIN_MS[this.attempts]) : undefined;
    this.attempts++;
  }

  look() {
    if (!this.fits) this.run();
    this.wait();
  }
}
