/**
 * Sends a drawing shortly after each stroke and again until Python acknowledges it.
 *
 * @typedef {"clean" | "saving" | "late"} SavingState
 */

const AFTER_STROKE_MS = 300;
/** Waits between attempts; growing, because a resend restarts a script that may still be at work. */
const RETRY_MS = [2000, 3000, 5000, 8000, 15000];
/** Attempts after which the reader is told that saving does not work. */
const LATE_AFTER = 3;

export class Saver {
  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {() => void} send  Sends everything that is pending.
   * @param {() => void} changed  Called when the state may have changed.
   */
  constructor(outbox, send, changed) {
    this.outbox = outbox;
    this.send = send;
    this.changed = changed;
    this.attempts = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @returns {SavingState} */
  get state() {
    if (this.outbox.empty) return "clean";
    return this.attempts > LATE_AFTER ? "late" : "saving";
  }

  /** Something new is in the outbox. */
  wake() {
    this.wait(AFTER_STROKE_MS);
    this.changed();
  }

  /** Python acknowledged up to this version. */
  acknowledge(/** @type {number} */ version) {
    this.outbox.acknowledge(version);
    if (!this.outbox.empty) return;
    this.attempts = 0;
    clearTimeout(this.timer);
  }

  /** Send once what is pending, and no more until resumed: another case or reader takes over. */
  flush() {
    this.pause();
    if (!this.outbox.empty) this.send();
  }

  pause() {
    clearTimeout(this.timer);
    this.attempts = 0;
  }

  resume() {
    if (!this.outbox.empty) this.wake();
  }

  /** Python listens again. */
  startAgain() {
    this.attempts = 0;
    this.resume();
  }

  attempt() {
    if (this.outbox.empty) return;
    this.send();
    this.attempts++;
    this.wait(RETRY_MS[Math.min(this.attempts, RETRY_MS.length) - 1]);
    this.changed();
  }

  /** @param {number} milliseconds */
  wait(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.attempt(), milliseconds);
  }
}
