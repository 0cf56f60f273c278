/**
 * Plays the slices of a case one after the other until the reader does something else.
 */

/** Between two slices, in milliseconds: ten a second, as usual in radiology. */
const BEAT = 100;

export class Cine {
  /**
   * @param {{slice: number, count: number, goTo: (slice: number) => void}} view
   * @param {(slice: number) => boolean} isHere  Whether a slice's picture is there; without it the film waits.
   */
  constructor(view, isHere) {
    this.view = view;
    this.isHere = isHere;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** Where the film is; a reader who scrolls is elsewhere. */
    this.shown = -1;
  }

  get plays() {
    return this.timer !== undefined;
  }

  toggle() {
    if (this.plays || this.view.count < 2) return this.stop();
    this.shown = this.view.slice;
    this.timer = setInterval(() => this.beat(), BEAT);
  }

  beat() {
    const { view, shown } = this;
    if (view.slice !== shown) return this.stop();
    const next = (shown + 1) % view.count;
    if (!this.isHere(next)) return;
    this.shown = next;
    view.goTo(next);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
