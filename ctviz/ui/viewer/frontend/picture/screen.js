/**
 * A visible canvas: keeps its size, and knows which image point is under the mouse.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("./geometry.js").Grid} Grid
 */

import { element } from "../widgets/dom.js";
import { place, toImage } from "./geometry.js";
import { Plate } from "./plate.js";

export class Screen extends Plate {
  /**
   * @param {string} testId
   * @param {() => void} resized
   */
  constructor(testId, resized) {
    super(element("canvas", { "data-testid": testId }));
    /** What of which grid was drawn last. @type {{grid: Grid, view: {zoom: number, centre: Point}} | null} */
    this.shown = null;
    this.observer = new ResizeObserver(() => {
      if (this.fit()) resized();
    });
    this.observer.observe(this.canvas);
  }

  /** Whether the size changed. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === this.size.width && height === this.size.height) return false;
    this.resize(width, height, globalThis.devicePixelRatio || 1);
    return true;
  }

  /**
   * @param {Grid} grid
   * @param {{zoom: number, centre: Point}} view
   */
  start(grid, view) {
    this.shown = { grid, view: { zoom: view.zoom, centre: view.centre } };
    super.start(grid, view);
  }

  /**
   * Image point under a mouse event.
   *
   * The canvas may have another size than when it was drawn: its picture is then stretched until the next frame, and will
   * lie where it belongs in the size of now.
   *
   * @param {{clientX: number, clientY: number}} event
   */
  pointOf(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const now = this.shown ? place({ width, height }, this.shown.grid, this.shown.view) : this.placement;
    return toImage(now, { x: event.clientX - left, y: event.clientY - top });
  }

  /**
   * CSS pixels of an image pixel at a zoom that may not be drawn yet.
   *
   * @param {number} zoom
   */
  scaleAt(zoom) {
    const change = this.shown ? zoom / this.shown.view.zoom : 1;
    return { x: this.placement.scaleX * change, y: this.placement.scaleY * change };
  }

  close() {
    this.observer.disconnect();
  }
}
