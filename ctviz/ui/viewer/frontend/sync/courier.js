/**
 * Brings what is said here to Python, by a route of the app, and its answers back.
 *
 * A message may get lost, with the server or on the way: whoever must be heard says it again until an answer tells
 * so (`saver.js`, `orders.js`). No page runs for a message.
 *
 * @typedef {import("./types.js").BoardData | import("./types.js").Receipt} Answer
 */

/** So many bytes may still leave when the page is closed; browsers allow 64 KiB in all. */
const LAST_BYTES = 60_000;

export class Courier {
  /** @param {{heard: (answer: Answer) => void, lost: () => void}} ends  `lost`: Python does not know this tab any more. */
  constructor({ heard, lost }) {
    this.heard = heard;
    this.lost = lost;
    /** Where Python takes messages; empty until it has said so. */
    this.address = "";
    /** Why the last message was turned away, or empty. */
    this.why = "";
  }

  /**
   * @param {string} name
   * @param {object} message
   * @returns {Promise<void>}  Until there is an answer, or none will come.
   */
  async send(name, message) {
    if (!this.address) return;
    const body = JSON.stringify({ name, message });
    try {
      const answer = await fetch(this.address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Ctviz-Board": "1" },
        body,
        keepalive: body.length < LAST_BYTES,
      });
      this.why = answer.ok ? "" : await answer.text();
      if (answer.ok) this.heard(await answer.json());
      else if (answer.status === 403) this.lost();
    } catch {
      // Nobody is there; it is said again.
    }
  }
}
