/**
 * What all pictures of the board share: slice, zoom, pan, window, cursor and how heatmaps look.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("../sync/types.js").Window} Window
 * @typedef {import("../sync/types.js").CaseView} CaseView
 * @typedef {import("./moments.js").Moment} Moment
 *
 * @typedef {object} HeatmapSettings
 * @property {boolean} visible
 * @property {boolean} signed
 * @property {boolean} regions  Importance of regions instead of pixels.
 * @property {string} signedMap
 * @property {string} absoluteMap
 * @property {number} opacity
 * @property {number} threshold
 * @property {boolean} sameScale
 */

import { theme } from "../theme.js";
import { ZOOM_RANGE } from "./geometry.js";

/** Slices a trackpad must travel, in CSS pixels, before the next one is shown. */
const PIXELS_PER_SLICE = 40;

export class SharedView {
  /** @param {() => void} changed  Called after every change. */
  constructor(changed) {
    this.changed = changed;
    this.slice = 0;
    this.count = 1;
    this.zoom = 1;
    /** @type {Point} */
    this.centre = { x: 0, y: 0 };
    /** @type {Window} */
    this.window = { ...theme().windows[theme().opens] };
    this.inverted = false;
    /** @type {Point | null} */
    this.cursor = null;
    /** @type {HeatmapSettings} */
    this.heatmaps = {
      visible: true,
      signed: false,
      regions: false,
      signedMap: theme().heatmap.signed,
      absoluteMap: theme().heatmap.absolute,
      opacity: theme().heatmap.opacity,
      threshold: theme().heatmap.threshold,
      sameScale: false,
    };
    this.drawingVisible = true;
    /** What of an edited slice is to be seen. @type {Moment} */
    this.moment = "original";
    this.home = { centre: this.centre, window: this.window };
    this.scrolled = 0;
  }

  /**
   * Show another case from its beginning.
   *
   * @param {CaseView} scan
   * @param {number} slice
   * @param {Window} window
   */
  open(scan, slice, window) {
    this.count = scan.count;
    this.slice = Math.min(Math.max(0, slice), scan.count - 1);
    this.home = { centre: { x: scan.columns / 2, y: scan.rows / 2 }, window };
    this.inverted = false;
    this.cursor = null;
    this.reset();
  }

  /** Whole image, the window the case was opened with. */
  reset() {
    this.zoom = 1;
    this.centre = { ...this.home.centre };
    this.window = { ...this.home.window };
    this.changed();
  }

  /** @param {number} slice */
  goTo(slice) {
    const next = Math.min(Math.max(0, Math.round(slice)), this.count - 1);
    if (next === this.slice) return;
    this.slice = next;
    this.changed();
  }

  /**
   * Scroll by a wheel: a notch is one slice, small trackpad movements add up.
   *
   * @param {number} delta  CSS pixels, downwards positive.
   */
  scroll(delta) {
    if (Math.abs(delta) >= PIXELS_PER_SLICE) {
      this.scrolled = 0;
      this.goTo(this.slice + Math.sign(delta));
      return;
    }
    if (Math.sign(delta) !== Math.sign(this.scrolled)) this.scrolled = 0;
    this.scrolled += delta;
    if (Math.abs(this.scrolled) >= PIXELS_PER_SLICE) {
      this.goTo(this.slice + Math.sign(this.scrolled));
      this.scrolled = 0;
    }
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

  /**
   * Right widens the window, down raises its level; wide windows move faster.
   *
   * @param {number} right  CSS pixels.
   * @param {number} down
   */
  adjustWindow(right, down) {
    const speed = Math.max(0.5, this.window.width / 300);
    this.setWindow({
      width: Math.max(1, this.window.width + right * speed),
      level: this.window.level + down * speed,
    });
  }

  /** @param {Window} window */
  setWindow({ width, level }) {
    this.window = { width, level };
    this.changed();
  }

  /** @param {Point | null} cursor */
  pointAt(cursor) {
    this.cursor = cursor;
    this.changed();
  }

  /** @param {Partial<HeatmapSettings>} settings */
  setHeatmaps(settings) {
    Object.assign(this.heatmaps, settings);
    this.changed();
  }

  /** How maps are read, in Python's words. */
  get reading() {
    const { signed, regions } = this.heatmaps;
    return { sign: signed ? "signed" : "absolute", unit: regions ? "regions" : "pixels" };
  }

  invert() {
    this.inverted = !this.inverted;
    this.changed();
  }

  /** @param {Moment} moment */
  turnTo(moment) {
    this.moment = moment;
    this.changed();
  }

  /** @param {boolean} visible */
  showDrawing(visible) {
    this.drawingVisible = visible;
    this.changed();
  }
}
