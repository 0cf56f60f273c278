/**
 * What was done last, in a sentence, for a moment or until something else is done.
 *
 * @typedef {import("./drawing.js").Drawing} Drawing
 */

const MOMENT_MS = 15000;

export class Said {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {{sentence: string, drawing: Drawing | null, last: unknown, undoes: boolean} | null} */
    this.latest = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * @param {string} sentence
   * @param {Drawing | null} drawing  What it was done to.
   * @param {boolean} undoes  Whether it can be taken back as the last act.
   */
  say(sentence, drawing, undoes = false) {
    clearTimeout(this.timer);
    this.latest = { sentence, drawing, last: lastOf(drawing), undoes };
    this.timer = setTimeout(() => this.forget(), MOMENT_MS);
    this.changed();
  }

  forget() {
    clearTimeout(this.timer);
    this.latest = null;
    this.changed();
  }

  /**
   * What still holds of the drawing on show, or null.
   *
   * @param {Drawing | null} drawing
   */
  of(drawing) {
    const { latest } = this;
    return latest && latest.drawing === drawing && latest.last === lastOf(drawing) ? latest : null;
  }
}

/** The last act on a drawing. @param {Drawing | null} drawing */
function lastOf(drawing) {
  const past = drawing?.history.past ?? [];
  return past[past.length - 1];
}
