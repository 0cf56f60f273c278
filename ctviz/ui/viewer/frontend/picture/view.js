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
 * @property {number} perScreen  Maps on a screen; 0: as many as are large enough to be read.
 */

import { theme } from "../theme.js";
import { Camera } from "./camera.js";
import { frameOf } from "./geometry.js";
import { Notches } from "./notches.js";

/** How far a trackpad must travel, in CSS pixels, before the next slice is shown. */
const PIXELS_PER_SLICE = 40;

export class SharedView extends Camera {
  /** @param {() => void} changed  Called after every change. */
  constructor(changed) {
    super(changed);
    this.slice = 0;
    this.count = 1;
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
      perScreen: 0,
    };
    this.drawingVisible = true;
    /** What of an edited slice is to be seen. @type {Moment} */
    this.moment = "original";
    /** Whether planes across the slices are shown. */
    this.planes = false;
    /** Where they cross each other, in pixels of the first slice. @type {Point} */
    this.cross = { x: 0, y: 0 };
    this.home = { centre: this.centre, window: this.window };
    this.notches = new Notches(PIXELS_PER_SLICE);
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
    const { left, right, top, bottom } = frameOf(scan);
    this.home = { centre: { x: (left + right) / 2, y: (top + bottom) / 2 }, window };
    this.cross = { ...this.home.centre };
    this.inverted = false;
    this.cursor = null;
    this.reset();
  }

  /** The body as large as it fits, in the window the case was opened with. */
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
    const way = this.notches.turn(delta);
    if (way) this.goTo(this.slice + way);
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

  /** @param {boolean} planes  Whether planes across the slices are shown. */
  showPlanes(planes) {
    this.planes = planes;
    this.changed();
  }

  /** @param {Partial<Point>} place  Where a plane shall lie that crosses the slices along a row (y) or a column (x). */
  crossAt(place) {
    this.cross = { ...this.cross, ...place };
    this.changed();
  }
}
