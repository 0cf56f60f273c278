/**
 * An off-screen picture of image size that is repainted only when what it shows has changed.
 */

export class Layer {
  constructor() {
    this.canvas = document.createElement("canvas");
    /** @type {ImageData | null} */
    this.pixels = null;
    /** @type {Uint32Array} */
    this.rgba = new Uint32Array(0);
    this.signature = "";
  }

  /**
   * @param {{rows: number, columns: number}} shape
   * @param {string} signature  Equal signatures mean equal pictures.
   * @param {(rgba: Uint32Array) => void} paint  Writes every pixel, little-endian RGBA.
   */
  update({ rows, columns }, signature, paint) {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    if (!this.pixels || this.pixels.width !== columns || this.pixels.height !== rows) {
      this.canvas.width = columns;
      this.canvas.height = rows;
      this.pixels = context.createImageData(columns, rows);
      this.rgba = new Uint32Array(this.pixels.data.buffer);
      this.signature = "";
    }
    if (this.signature === signature) return;
    this.signature = signature;
    paint(this.rgba);
    context.putImageData(this.pixels, 0, 0);
  }
}
