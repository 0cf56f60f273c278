/**
 * Lets pages run, by Streamlit's trigger values.
 *
 * Streamlit can lose one of two triggers that come in quickly (streamlit#16732), so letters leave
 * at a distance; of several letters with the same address only the newest is sent.
 */

const DISTANCE_MS = 150;

export class Mailbox {
  /** @param {(name: string, value: object) => void} deliver */
  constructor(deliver) {
    this.deliver = deliver;
    /** @type {Map<string, {name: string, value: object}>} */
    this.letters = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.sent = 0;
  }

  /**
   * @param {string} name  Trigger.
   * @param {object} value
   * @param {string} address  Letters with the same address replace each other.
   */
  post(name, value, address = name) {
    this.letters.delete(address);
    this.letters.set(address, { name, value });
    if (this.timer === undefined) this.next();
  }

  next() {
    const [first] = this.letters;
    if (!first) {
      this.timer = undefined;
      return;
    }
    const [address, { name, value }] = first;
    this.letters.delete(address);
    this.sent++;
    this.deliver(name, { ...value, stamp: `${Date.now()}-${this.sent}` });
    this.timer = setTimeout(() => this.next(), DISTANCE_MS);
  }
}
