/**
 * A canvas of any size on which images, outlines and marks are drawn in image coordinates, on the screen or off it.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("./geometry.js").Grid} Grid
 * @typedef {import("./geometry.js").Placement} Placement
 */

import { place, toScreen } from "./geometry.js";

/** Screen pixels of an image pixel above which its square shape is shown. */
const SMOOTH_UP_TO = 4;
const CURSOR_GAP = 9;

export class Plate {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.size = { width: 0, height: 0 };
    this.ratio = 1;
    /** @type {Placement} */
    this.placement = { left: 0, top: 0, scaleX: 1, scaleY: 1 };
  }

  /**
   * @param {number} width  In CSS pixels, as the height.
   * @param {number} height
   * @param {number} ratio  Pixels of the canvas in one of them.
   */
  resize(width, height, ratio) {
    this.size = { width, height };
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
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
    this.placement = place(this.size, grid, view);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
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

  /**
   * @param {Path2D} path  In image pixels.
   * @param {string} colour
   */
  fill(path, colour) {
    const { left, top, scaleX, scaleY } = this.placement;
    const placed = new Path2D();
    placed.addPath(path, new DOMMatrix([scaleX, 0, 0, scaleY, left, top]));
    this.context.fillStyle = colour;
    this.context.fill(placed, "evenodd");
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
}
