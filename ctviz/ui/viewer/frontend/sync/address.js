/**
 * The address bar follows the reader from slice to slice without a step of its own in the history.
 *
 * Python writes the whole address as well, a moment later; what is there already it does not write
 * again, so that going back leaves the page and not the slice.
 */

/**
 * The query of an address with another slice; as it was if it names none.
 *
 * @param {string} query
 * @param {number} slice
 */
export function withSlice(query, slice) {
  return query.replace(/([?&]slice=)\d+/, `$1${slice}`);
}

/** @param {number} slice */
export function showInAddress(slice) {
  if (typeof location === "undefined") return;
  const query = withSlice(location.search, slice);
  if (query !== location.search) history.replaceState(history.state, "", location.pathname + query + location.hash);
}
