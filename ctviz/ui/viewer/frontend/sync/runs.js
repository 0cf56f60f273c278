/**
 * Run-length code of one labelled slice: [start, length, label, …] over row-major pixels, label 0 left out.
 *
 * @typedef {import("./types.js").Runs} Runs
 */

/**
 * @param {Uint8Array} labels
 * @returns {Runs}
 */
export function encodeRuns(labels) {
  const runs = [];
  for (let start = 0; start < labels.length; ) {
    const label = labels[start];
    let end = start + 1;
    while (end < labels.length && labels[end] === label) end++;
    if (label !== 0) runs.push(start, end - start, label);
    start = end;
  }
  return runs;
}

/**
 * Write the runs into `labels`, replacing what was there.
 *
 * @param {Runs} runs
 * @param {Uint8Array} labels
 */
export function decodeRuns(runs, labels) {
  labels.fill(0);
  for (let i = 0; i < runs.length; i += 3) {
    labels.fill(runs[i + 2], runs[i], runs[i] + runs[i + 1]);
  }
  return labels;
}

/**
 * @param {Runs} first
 * @param {Runs} second
 */
export function sameRuns(first, second) {
  return first.length === second.length && first.every((value, i) => value === second[i]);
}
