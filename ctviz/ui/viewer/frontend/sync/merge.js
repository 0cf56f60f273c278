/**
 * Drawings of one reader that changed in two places at once; the same rule as `ctviz/store/changes.py`.
 */

/**
 * Apply a change to what stands now. Where both changed a pixel in different ways, what is drawn wins over what is
 * erased, and of two labels that of the change.
 *
 * @param {Uint8Array} before  What the change began with.
 * @param {Uint8Array} after
 * @param {Uint8Array} standing
 * @returns {Uint8Array}
 */
export function merge(before, after, standing) {
  const merged = standing.slice();
  for (let i = 0; i < merged.length; i++) {
    if (before[i] === after[i]) continue;
    const keptElsewhere = after[i] === 0 && standing[i] !== before[i];
    if (!keptElsewhere) merged[i] = after[i];
  }
  return merged;
}
