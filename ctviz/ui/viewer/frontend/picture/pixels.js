/**
 * Fetches 16-bit pictures, the wanted ones first, and keeps as many as memory allows.
 *
 * @typedef {{values: Int16Array, scale: number, robust: number, position: number}} Picture
 *   A slice has scale and robust limit NaN; a map's value is `q * scale / 32767`. A slice has its position in mm if that is
 *   known, else NaN, as a map has.
 * @typedef {{state: "ready", picture: Picture} | {state: "failed", message: string} | {state: "loading"}} Holding
 */

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Wait before a server that could not be reached is asked again. */
const RETRY_MS = 3000;

export class PixelStore {
  /**
   * @param {object} options
   * @param {number} options.bytes  Memory to keep pictures in.
   * @param {string} options.noun  What a picture is called in messages.
   * @param {() => void} options.changed  Called when a picture came or failed.
   * @param {(url: string) => Promise<Response>} [options.request]
   * @param {number} [options.concurrency]
   */
  constructor({ bytes, noun, changed, request = (url) => fetch(url), concurrency = 4 }) {
    this.bytes = bytes;
    this.noun = noun;
    this.changed = changed;
    this.ask = request;
    this.concurrency = concurrency;
    /** @type {Map<string, Holding>} */
    this.holdings = new Map();
    /** @type {string[]} */
    this.wanted = [];
    this.count = 0;
    this.active = 0;
    /** Changes whenever a picture comes or goes. */
    this.revision = 0;
  }

  /**
   * How many pictures memory holds.
   *
   * @param {number} count  Pixels of each.
   */
  roomFor(count) {
    return Math.max(1, Math.floor(this.bytes / (2 * count)));
  }

  /**
   * Say which pictures are wanted, the most urgent first; the rest is let go when memory is short.
   * What was not wanted for a while may have been made anew, so that an old failure is forgotten.
   *
   * @param {string[]} urls
   * @param {number} count  Pixels of each picture.
   */
  want(urls, count) {
    this.count = count;
    const room = this.roomFor(count);
    const before = new Set(this.wanted);
    this.wanted = urls.slice(0, room);
    this.forgive(this.wanted.filter((url) => !before.has(url)));
    this.letGo(room);
    this.pump();
  }

  /** @param {string} url */
  get(url) {
    return this.holdings.get(url) ?? /** @type {Holding} */ ({ state: "loading" });
  }

  /**
   * Forget that pictures failed, so that they are asked for again.
   *
   * @param {string[]} urls
   */
  forgive(urls) {
    for (const url of urls) if (this.get(url).state === "failed") this.holdings.delete(url);
  }

  /** @param {string} url */
  retry(url) {
    this.forgive([url]);
    this.pump();
  }

  /** @param {number} room  How many pictures may be held, the wanted ones included. */
  letGo(room) {
    const wanted = new Set(this.wanted);
    const others = [...this.holdings.keys()].filter((url) => !wanted.has(url));
    for (const url of others.slice(0, Math.max(0, others.length + wanted.size - room))) {
      this.holdings.delete(url);
      this.revision++;
    }
  }

  pump() {
    for (const url of this.wanted) {
      if (this.active >= this.concurrency) return;
      if (!this.holdings.has(url)) this.load(url);
    }
  }

  /** @param {string} url */
  async load(url) {
    this.active++;
    this.holdings.set(url, { state: "loading" });
    const holding = await this.request(url, this.count);
    this.active--;
    if (this.holdings.has(url)) this.holdings.set(url, holding);
    this.revision++;
    this.changed();
    this.pump();
  }

  /**
   * @param {string} url
   * @param {number} count
   * @returns {Promise<Holding>}
   */
  async request(url, count) {
    let response, buffer;
    try {
      response = await this.ask(url);
      if (!response.ok) return this.failed(`the server answered ${response.status}`);
      buffer = await response.arrayBuffer();
    } catch {
      setTimeout(() => this.retry(url), RETRY_MS);
      return this.failed("the server cannot be reached");
    }
    if (buffer.byteLength !== 2 * count) {
      return this.failed(`${buffer.byteLength} bytes came instead of ${2 * count}`);
    }
    const picture = {
      values: int16(buffer),
      scale: Number(response.headers.get("X-Scale") ?? NaN),
      robust: Number(response.headers.get("X-Robust") ?? NaN),
      position: Number(response.headers.get("X-Position") ?? NaN),
    };
    return { state: "ready", picture };
  }

  /**
   * @param {string} reason
   * @returns {Holding}
   */
  failed(reason) {
    return {
      state: "failed",
      message: `The ${this.noun} could not be loaded because ${reason}; show it again to retry.`,
    };
  }
}

/**
 * @param {ArrayBuffer} buffer  Little-endian.
 */
function int16(buffer) {
  if (LITTLE_ENDIAN) return new Int16Array(buffer);
  const bytes = new DataView(buffer);
  return Int16Array.from({ length: buffer.byteLength / 2 }, (_, i) => bytes.getInt16(2 * i, true));
}

/**
 * Indices from the current one outwards: 6, 7, 5, 8, 4, …
 *
 * @param {number} current
 * @param {number} count
 */
export function outwards(current, count) {
  return Array.from({ length: count }, (_, k) => k).sort(
    (a, b) => Math.abs(a - current) - Math.abs(b - current) || b - a,
  );
}
