/**
 * A picture as it was, as an edit leaves it, and what the edit has changed.
 *
 * @typedef {import("./pixels.js").Picture} Picture
 * @typedef {import("./pixels.js").Holding} Holding
 * @typedef {import("./pixels.js").PixelStore} PixelStore
 *
 * @typedef {"original" | "edited" | "difference"} Moment
 */

import { Kept } from "./kept.js";

/** @type {Moment[]} In the order in which a key turns from one to the next. */
export const MOMENTS = ["original", "edited", "difference"];

/** So many differences are kept: those of one slice and its maps. */
const KEPT = 40;
const [LEAST, MOST] = [-32768, 32767];

/**
 * @param {Moment} moment
 * @returns {Moment}
 */
export function nextMoment(moment) {
  return MOMENTS[(MOMENTS.indexOf(moment) + 1) % MOMENTS.length];
}

/** What is shown of two addresses, the one of the original and the one of the edit. */
export class Moments {
  constructor() {
    this.kept = new Kept(KEPT);
  }

  /**
   * @param {Moment} moment
   * @param {PixelStore} store
   * @param {string | undefined} before
   * @param {string} after  Empty while there is none.
   * @returns {Holding | null}  Null where nothing is to come yet.
   */
  of(moment, store, before, after) {
    if (moment === "original") return before === undefined ? null : store.get(before);
    if (before === undefined || after === "") return null;
    const [was, is] = [store.get(before), store.get(after)];
    if (is.state !== "ready") return is;
    if (was.state !== "ready") return was;
    // An edited slice lies where the original does.
    if (moment === "edited") return { state: "ready", picture: { ...is.picture, position: was.picture.position } };
    return { state: "ready", picture: this.kept.of(`${before} ${after}`, () => difference(was.picture, is.picture)) };
  }
}

/**
 * What is more in the one than in the other: in Hounsfield units of slices, in a map's own unit of maps.
 *
 * @param {Picture} before
 * @param {Picture} after
 * @returns {Picture}
 */
export function difference(before, after) {
  const { position } = before;
  if (Number.isNaN(before.scale)) {
    const values = before.values.map((value, i) => Math.min(MOST, Math.max(LEAST, after.values[i] - value)));
    return { values, scale: NaN, robust: NaN, position };
  }
  // Of both, the change is at most twice as large.
  const scale = before.scale + after.scale;
  const [was, is] = [before.scale / scale, after.scale / scale];
  const values = before.values.map((value, i) => Math.round(after.values[i] * is - value * was));
  return { values, scale, robust: before.robust, position };
}
