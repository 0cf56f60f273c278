/**
 * The left button on the large picture: the brush, the grower or the caliper, by the tool and by what lies under the pointer.
 *
 * @typedef {import("../sync/types.js").Point} Point
 */

export class Hand {
  /**
   * @param {import("./brush.js").Brush} brush
   * @param {import("./caliper.js").Caliper} caliper
   * @param {import("./grower.js").Grower} grower
   */
  constructor(brush, caliper, grower) {
    this.brush = brush;
    this.caliper = caliper;
    this.grower = grower;
  }

  /** Whether the button draws, measures or moves anything at this moment. */
  get busy() {
    return this.brush.busy || this.caliper.busy || this.grower.busy;
  }

  /** @param {Point} point */
  active(point) {
    return this.brush.active() || this.grower.active() || this.caliper.active(point);
  }

  /**
   * @param {Point} point
   * @param {PointerEvent} event
   */
  down(point, event) {
    if (this.brush.active()) this.brush.down(point, event);
    else if (this.grower.active()) this.grower.down(point, event);
    else this.caliper.down(point);
  }

  /**
   * @param {Point} point
   * @param {PointerEvent} event
   */
  move(point, event) {
    this.brush.move(point);
    this.grower.move(point, event);
    this.caliper.move(point);
  }

  up() {
    this.brush.up();
    this.grower.up();
    this.caliper.up();
  }

  /** What was begun a moment ago was not meant: a second finger came, to zoom. */
  takeBack() {
    if (this.brush.active()) this.brush.takeBack();
    this.caliper.takeBack();
  }

  doubleClick() {
    if (this.grower.active()) this.grower.keep();
    else this.brush.doubleClick();
  }

  /** Draw what is offered, or else close the open polygon. */
  close() {
    if (!this.grower.keep()) this.brush.close();
  }

  /** Draw on one slice from now on, or on those around as well. */
  deepen() {
    this.brush.deepen(!this.brush.deep);
    this.grower.deepen();
  }

  /** @param {import("./brush.js").Tool} tool */
  take(tool) {
    this.caliper.leave();
    this.grower.giveUp();
    this.brush.take(tool);
  }

  /** Another slice, case or reader, or the page may be gone in a moment. */
  leave() {
    this.brush.leave();
    this.grower.up();
    this.caliper.leave();
  }

  /** Give up what is offered, or else measured or chosen, or else drawn. */
  cancel() {
    if (!this.grower.giveUp() && !this.caliper.cancel()) this.brush.cancel();
  }

  /** Take the last corner of an open polygon back, or else remove the chosen measurement. */
  back() {
    if (this.brush.polygon) this.brush.back();
    else this.caliper.remove();
  }
}
