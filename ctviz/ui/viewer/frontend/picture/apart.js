/**
 * Where the maps of two models differ: each in shares of what full colour stands for in its own picture, so that a model
 * whose scores rise more steeply does not count for more.
 *
 * @typedef {import("./pixels.js").Picture} Picture
 */

/** Twice full colour is the most by which two maps with signs differ. */
const REACH = 2;

/**
 * @param {Picture} one
 * @param {Picture} other
 * @param {[number, number]} limits  What full colour stands for in each.
 * @param {boolean} signed
 * @returns {Picture}  Positive where the first is higher; 1 is full colour.
 */
export function apart(one, other, limits, signed) {
  const [ours, theirs] = [one, other].map((picture, i) => shares(picture, limits[i], signed));
  const values = one.values.map((_, i) => Math.round(((ours(i) - theirs(i)) / REACH) * 32767));
  return { values, scale: REACH, robust: 1, position: NaN };
}

/**
 * A map in shares of full colour, as strong as it is seen: what reaches beyond is full colour, and nothing is shown of a map
 * that is zero everywhere.
 *
 * @param {Picture} picture
 * @param {number} limit
 * @param {boolean} signed
 * @returns {(pixel: number) => number}
 */
function shares({ values, scale }, limit, signed) {
  const factor = limit > 0 ? scale / 32767 / limit : 0;
  return (pixel) => {
    const share = Math.max(-1, Math.min(1, values[pixel] * factor));
    return signed ? share : Math.abs(share);
  };
}
