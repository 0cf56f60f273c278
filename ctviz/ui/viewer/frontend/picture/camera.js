/**
 * How a picture is looked at: how large, and around which point.
 *
 * @typedef {import("../sync/types.js").Point} Point
 */

import { ZOOM_RANGE } from "./geometry.js";

export class Camera {
  /** @param {() => void} changed  Called after every change. */
  constructor(changed) {
    this.changed = changed;
    this.zoom = 1;
    /** @type {Point} */
    this.centre = { x: 0, y: 0 };
  }

  /**
   * Zoom by a factor, the anchor stays where it is on the screen.
   *
   * @param {number} factor
   * @param {Point} anchor
   */
  zoomBy(factor, anchor = this.centre) {
    const zoom = Math.min(ZOOM_RANGE.high, Math.max(ZOOM_RANGE.low, this.zoom * factor));
    const change = this.zoom / zoom;
    this.centre = {
      x: anchor.x + (this.centre.x - anchor.x) * change,
      y: anchor.y + (this.centre.y - anchor.y) * change,
    };
    this.zoom = zoom;
    this.changed();
  }

  /**
   * @param {number} columns  How far the image moves to the right, in image pixels.
   * @param {number} rows
   */
  panBy(columns, rows) {
    this.centre = { x: this.centre.x - columns, y: this.centre.y - rows };
    this.changed();
  }
}
