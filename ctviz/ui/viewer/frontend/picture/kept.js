/**
 * What was made of pictures, kept as long as it is likely to be wanted again.
 *
 * @typedef {import("./pixels.js").Picture} Picture
 */

export class Kept {
  /** @param {number} most  So many are kept, those made last. */
  constructor(most) {
    this.most = most;
    /** @type {Map<string, Picture>} */
    this.pictures = new Map();
  }

  /**
   * @param {string} address  Tells it from all others.
   * @param {() => Picture} make
   */
  of(address, make) {
    const known = this.pictures.get(address);
    if (known) return known;
    const made = make();
    this.pictures.set(address, made);
    for (const old of this.pictures.keys()) {
      if (this.pictures.size <= this.most) break;
      this.pictures.delete(old);
    }
    return made;
  }
}
