/**
 * What a reader told Python to do, one order after the other, each again until Python has heard it.
 *
 * Streamlit can lose one of two triggers that come in quickly (streamlit#16732), a slow server is
 * busy when the next one comes, and a dead one hears nothing; an order must survive all of that.
 *
 * @typedef {{id: string, address: string, trigger: string, message: object}} Order
 */

/** Waits between attempts; growing, because a resend makes a busy server work again. */
const RETRY_MS = [2000, 3000, 5000, 8000, 15000];

export class Orders {
  /** @param {(trigger: string, message: object) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {Order[]} */
    this.waiting = [];
    /** How often the first order was given in vain. */
    this.attempts = 0;
    this.given = 0;
    /** Tells this page's orders from those of an earlier page. */
    this.page = Math.random().toString(36).slice(2);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  get empty() {
    return this.waiting.length === 0;
  }

  /** @param {string} address */
  has(address) {
    return this.waiting.some((order) => order.address === address);
  }

  /**
   * @param {string} address  A new order takes the place of one with the same address.
   * @param {string} trigger
   * @param {object} message
   */
  give(address, trigger, message) {
    const [first] = this.waiting;
    this.waiting = this.waiting.filter((order) => order.address !== address);
    this.given++;
    this.waiting.push({ id: `${this.page}-${this.given}`, address, trigger, message });
    if (this.waiting[0] !== first) this.start();
  }

  /** @param {string} id  The order that Python heard last, or empty. */
  hear(id) {
    if (this.waiting[0]?.id !== id) return;
    this.waiting.shift();
    this.start();
  }

  start() {
    clearTimeout(this.timer);
    this.attempts = 0;
    this.attempt();
  }

  attempt() {
    const [first] = this.waiting;
    if (!first) return;
    this.send(first.trigger, { ...first.message, id: first.id });
    this.attempts++;
    this.timer = setTimeout(() => this.attempt(), RETRY_MS[Math.min(this.attempts, RETRY_MS.length) - 1]);
  }
}
