/**
 * A wheel or a finger in whole steps: a notch is one, small movements add up.
 */

export class Notches {
  /** @param {number} length  CSS pixels of a step. */
  constructor(length) {
    this.length = length;
    this.travelled = 0;
  }

  /**
   * @param {number} delta  CSS pixels, downwards positive.
   * @returns {number}  -1, 0 or 1.
   */
  turn(delta) {
    if (Math.abs(delta) >= this.length) {
      this.travelled = 0;
      return Math.sign(delta);
    }
    if (Math.sign(delta) !== Math.sign(this.travelled)) this.travelled = 0;
    this.travelled += delta;
    if (Math.abs(this.travelled) < this.length) return 0;
    const way = Math.sign(this.travelled);
    this.travelled = 0;
    return way;
  }
}
