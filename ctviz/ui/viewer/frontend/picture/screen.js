/**
 * A visible canvas: keeps its size, and draws images, outlines and marks in image coordinates.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("./geometry.js").Grid} Grid
 * @typedef {import("./geometry.js").Placement} Placement
 */

import { element } from "../widgets/dom.js";
import { place, toImage, toScreen } from "./geometry.js";

/** Screen pixels of an image pixel above which its square shape is shown. */
const SMOOTH_UP_TO = 4;
const CURSOR_GAP = 9;

export class Screen {
  /**
   * @param {string} testId
   * @param {() => void} resized
   */
  constructor(testId, resized) {
    this.canvas = element("canvas", { "data-testid": testId });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { alpha: false }));
    this.size = { width: 0, height: 0 };
    /** @type {Placement} */
    this.placement = { left: 0, top: 0, scaleX: 1, scaleY: 1 };
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
    const ratio = globalThis.devicePixelRatio || 1;
    this.size = { width, height };
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    return true;
  }

  get empty() {
    return this.size.width === 0 || this.size.height === 0;
  }

  /**
   * Clear to black and lie out the image.
   *
   * @param {Grid} grid
   * @param {{zoom: number, centre: Point}} view
   */
  start(grid, view) {
    const ratio = globalThis.devicePixelRatio || 1;
    this.shown = { grid, view: { zoom: view.zoom, centre: view.centre } };
    this.placement = place(this.size, grid, view);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, this.size.width, this.size.height);
  }

  /** @param {HTMLCanvasElement} image */
  image(image) {
    const { left, top, scaleX, scaleY } = this.placement;
    this.context.imageSmoothingEnabled = scaleX < SMOOTH_UP_TO;
    this.context.drawImage(image, left, top, image.width * scaleX, image.height * scaleY);
  }

  /**
   * @param {Path2D} path  In image pixels.
   * @param {{colour: string, width: number, dash?: number[]}} style  Width and dash in screen pixels.
   */
  outline(path, { colour, width, dash = [] }) {
    const { left, top, scaleX, scaleY } = this.placement;
    const placed = new Path2D();
    placed.addPath(path, new DOMMatrix([scaleX, 0, 0, scaleY, left, top]));
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.lineCap = "round";
    this.context.setLineDash(dash);
    this.context.stroke(placed);
    this.context.setLineDash([]);
  }

  /** @param {Point} point  Lines through it, with a gap around it. */
  crosshair(point) {
    const { x, y } = toScreen(this.placement, point);
    this.context.strokeStyle = "rgba(120, 200, 255, 0.65)";
    this.context.lineWidth = 1;
    this.context.beginPath();
    this.line(0, y, x - CURSOR_GAP, y);
    this.line(x + CURSOR_GAP, y, this.size.width, y);
    this.line(x, 0, x, y - CURSOR_GAP);
    this.line(x, y + CURSOR_GAP, x, this.size.height);
    this.context.stroke();
  }

  /**
   * @param {number} fromX
   * @param {number} fromY
   * @param {number} toX
   * @param {number} toY
   */
  line(fromX, fromY, toX, toY) {
    this.context.moveTo(fromX, fromY);
    this.context.lineTo(toX, toY);
  }

  /**
   * Image point under a mouse event.
   *
   * The canvas may have another size than when it was drawn: its picture is then stretched until the next frame, and will
   * lie where it belongs in the size of now.
   *
   * @param {MouseEvent} event
   */
  pointOf(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const now = this.shown ? place({ width, height }, this.shown.grid, this.shown.view) : this.placement;
    return toImage(now, { x: event.clientX - left, y: event.clientY - top });
  }

  close() {
    this.observer.disconnect();
  }
}
