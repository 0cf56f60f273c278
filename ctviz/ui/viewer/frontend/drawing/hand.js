/**
 * The left button on the large picture: the brush or the caliper, by the tool and by what lies under the pointer.
 *
 * @typedef {import("../sync/types.js").Point} Point
 */

export class Hand {
  /**
   * @param {import("./brush.js").Brush} brush
   * @param {import("./caliper.js").Caliper} caliper
   */
  constructor(brush, caliper) {
    this.brush = brush;
    this.caliper = caliper;
  }

  /** Whether the button draws, measures or moves anything at this moment. */
  get busy() {
    return this.brush.busy || this.caliper.busy;
  }

  /** @param {Point} point */
  active(point) {
    return this.brush.active() || this.caliper.active(point);
  }

  /**
   * @param {Point} point
   * @param {PointerEvent} event
   */
  down(point, event) {
    if (this.brush.active()) this.brush.down(point, event);
    else this.caliper.down(point);
  }

  /** @param {Point} point */
  move(point) {
    this.brush.move(point);
    this.caliper.move(point);
  }

  up() {
    this.brush.up();
    this.caliper.up();
  }

  /** What was begun a moment ago was not meant: a second finger came, to zoom. */
  takeBack() {
    if (this.brush.active()) this.brush.takeBack();
    this.caliper.takeBack();
  }

  doubleClick() {
    this.brush.doubleClick();
  }

  /** @param {import("./brush.js").Tool} tool */
  take(tool) {
    this.caliper.leave();
    this.brush.take(tool);
  }

  /** Another slice, case or reader, or the page may be gone in a moment. */
  leave() {
    this.brush.leave();
    this.caliper.leave();
  }

  /** Give up what is being measured or chosen, or else drawn. */
  cancel() {
    if (!this.caliper.cancel()) this.brush.cancel();
  }

  /** Take the last corner of an open polygon back, or else remove the chosen measurement. */
  back() {
    if (this.brush.polygon) this.brush.back();
    else this.caliper.remove();
  }
}
