/**
 * Sends a drawing shortly after each stroke and again until Python acknowledges it.
 *
 * @typedef {"clean" | "saving" | "late" | "refused"} SavingState
 *
 * @typedef {object} Box  Where letters wait: see `outbox.js`.
 * @property {boolean} empty
 * @property {number[]} pending  Slices that it tells of.
 * @property {import("./types.js").DrawingLetter | null} sending
 * @property {() => import("./types.js").DrawingLetter | null} letter
 */

const AFTER_STROKE_MS = 60;
/** Waits between attempts; growing, because a resend restarts a script that may still be at work. */
const RETRY_MS = [2000, 3000, 5000, 8000, 15000];
/** Attempts after which the reader is told that saving does not work. */
const LATE_AFTER = 3;

export class Saver {
  /**
   * @param {Box} box
   * @param {(letter: import("./types.js").DrawingLetter, attempts: number) => void} send
   * @param {() => void} changed  Called when the state may have changed.
   */
  constructor(box, send, changed) {
    this.box = box;
    this.send = send;
    this.changed = changed;
    this.attempts = 0;
    /** Why Python refused the letter under way, or empty. */
    this.refusal = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @returns {SavingState} */
  get state() {
    if (this.box.empty) return "clean";
    if (this.refusal) return "refused";
    return this.attempts > LATE_AFTER ? "late" : "saving";
  }

  /** Something new is in the box; it is sent together with what comes in the next moment. */
  wake() {
    if (this.timer === undefined && !this.box.empty) this.wait(AFTER_STROKE_MS);
    this.changed();
  }

  /** The letter under way has arrived. */
  arrived() {
    this.pause();
    this.wake();
  }

  /** @param {Record<string, string>} refused  Why, by letter. */
  hear(refused) {
    this.refusal = refused[this.box.sending?.id ?? ""] ?? "";
  }

  /** Send at once what is there: the page may be gone in a moment. */
  flush() {
    // What left already is not sent twice for that.
    if (this.box.empty || this.attempts > 0) return;
    clearTimeout(this.timer);
    this.attempt();
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.attempts = 0;
    this.refusal = "";
  }

  /** Python listens again. */
  startAgain() {
    this.pause();
    this.wake();
  }

  attempt() {
    this.timer = undefined;
    const letter = this.box.letter();
    if (!letter) return;
    this.send(letter, this.attempts);
    this.attempts++;
    this.wait(RETRY_MS[Math.min(this.attempts, RETRY_MS.length) - 1]);
    this.changed();
  }

  /** @param {number} milliseconds */
  wait(milliseconds) {
    this.timer = setTimeout(() => this.attempt(), milliseconds);
  }
}
