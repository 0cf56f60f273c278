/**
 * What a measurement says, where its lines run, and how it is moved; nothing here draws.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("../sync/types.js").Measurement} Measurement
 * @typedef {import("../picture/geometry.js").Grid} Grid
 *
 * @typedef {object} Statistics  Of the pixels whose centres lie within.
 * @property {number} mean
 * @property {number} deviation  Standard deviation of these pixels: the mean square is over all of them.
 * @property {number} low
 * @property {number} high
 *
 * @typedef {object} Quantity  What pixels hold.
 * @property {Int16Array} values
 * @property {string} name  Equal names mean that equal numbers are read alike.
 * @property {(value: number) => number} read
 * @property {(found: Statistics, area: string) => string[]} write
 */

/** How many points lay each kind out; Python's `POINTS` are the same. */
export const POINTS = { ruler: 2, angle: 3, ellipse: 2, rectangle: 2 };
/** Corners of the line that is drawn for an ellipse. */
const AROUND = 72;
/** Statistics that are kept of one picture, so that a frame need not count pixels again. */
const KEPT = 200;

/** @param {Measurement} measurement */
export function isArea({ kind }) {
  return kind === "ellipse" || kind === "rectangle";
}

/**
 * @param {Measurement | null} one
 * @param {Measurement | null} other
 */
export function sameMeasurement(one, other) {
  if (!one || !other) return one === other;
  const same = one.kind === other.kind && one.slice === other.slice && one.points.length === other.points.length;
  return same && one.points.every(({ x, y }, i) => x === other.points[i].x && y === other.points[i].y);
}

/**
 * Length of a ruler, in mm, or in pixels if their distance is unknown.
 *
 * @param {Point[]} ends
 * @param {[number, number] | null} spacing
 */
export function lengthOf([from, to], spacing) {
  const [row, column] = spacing ?? [1, 1];
  return Math.hypot((to.x - from.x) * column, (to.y - from.y) * row);
}

/**
 * Angle at the second of three points, 0 to 180 degrees.
 *
 * @param {Point[]} points
 * @param {[number, number] | null} spacing
 */
export function angleOf([one, vertex, other], spacing) {
  const [row, column] = spacing ?? [1, 1];
  const leg = (/** @type {Point} */ end) => ({ x: (end.x - vertex.x) * column, y: (end.y - vertex.y) * row });
  const [a, b] = [leg(one), leg(other)];
  return (Math.atan2(Math.abs(a.x * b.y - a.y * b.x), a.x * b.x + a.y * b.y) * 180) / Math.PI;
}

/**
 * Area of an ellipse or rectangle, in mm², or in pixels.
 *
 * @param {Measurement} measurement
 * @param {[number, number] | null} spacing
 */
export function areaOf({ kind, points: [one, other] }, spacing) {
  const [row, column] = spacing ?? [1, 1];
  const box = Math.abs((other.x - one.x) * column * (other.y - one.y) * row);
  return kind === "ellipse" ? (box * Math.PI) / 4 : box;
}

/**
 * What the pixels of an ellipse or rectangle hold, by Welford's sums; null if none lies within.
 *
 * @param {Measurement} measurement
 * @param {Grid} grid
 * @param {Int16Array} values
 * @param {(value: number) => number} read
 * @returns {Statistics | null}
 */
export function statisticsOf({ kind, points }, { rows, columns }, values, read) {
  const { left, right, top, bottom } = boxOf(points);
  const [middle, width, height] = [{ x: (left + right) / 2, y: (top + bottom) / 2 }, right - left, bottom - top];
  const [down, across] = [centresWithin(top, bottom, rows), centresWithin(left, right, columns)];
  let [count, mean, squares, low, high] = [0, 0, 0, Infinity, -Infinity];
  for (let row = down.first; row <= down.last; row++) {
    for (let column = across.first; column <= across.last; column++) {
      const [x, y] = [(2 * (column + 0.5 - middle.x)) / width, (2 * (row + 0.5 - middle.y)) / height];
      if (kind === "ellipse" && x * x + y * y > 1) continue;
      const value = read(values[row * columns + column]);
      const before = value - mean;
      count++;
      mean += before / count;
      squares += before * (value - mean);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return count ? { mean, deviation: Math.sqrt(squares / count), low, high } : null;
}

/**
 * The rows, or columns, whose centres lie between two places.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} size
 */
function centresWithin(low, high, size) {
  return { first: Math.max(0, Math.ceil(low - 0.5)), last: Math.min(size - 1, Math.floor(high - 0.5)) };
}

/** @type {WeakMap<Int16Array, Map<string, Statistics | null>>} */
const known = new WeakMap();

/**
 * @param {Measurement} measurement
 * @param {Grid} grid
 * @param {Quantity} quantity
 */
function remembered(measurement, grid, { values, name, read }) {
  const found = known.get(values) ?? new Map();
  known.set(values, found);
  const signature = JSON.stringify([name, measurement.kind, measurement.points]);
  if (!found.has(signature)) {
    if (found.size >= KEPT) found.clear();
    found.set(signature, statisticsOf(measurement, grid, values, read));
  }
  return found.get(signature) ?? null;
}

/**
 * What is written beside a measurement; nothing while it has not all of its points.
 *
 * @param {Measurement} measurement
 * @param {Grid} grid
 * @param {Quantity | null} quantity
 * @returns {string[]}
 */
export function linesOf(measurement, grid, quantity) {
  const { kind, points } = measurement;
  const unit = grid.spacing ? "mm" : "px";
  if (points.length < POINTS[kind]) return [];
  if (kind === "ruler") return [`${lengthOf(points, grid.spacing).toFixed(1)} ${unit}`];
  if (kind === "angle") return [`${angleOf(points, grid.spacing).toFixed(1)}°`];
  const found = quantity && remembered(measurement, grid, quantity);
  const area = `${rounded(areaOf(measurement, grid.spacing))} ${unit}²`;
  return found && quantity ? quantity.write(found, area) : [area];
}

/**
 * Hounsfield units, or plain grey values, of a slice.
 *
 * @param {Int16Array} values
 * @param {boolean} hounsfield
 * @returns {Quantity}
 */
export function greyQuantity(values, hounsfield) {
  const unit = hounsfield ? "HU" : "grey";
  return {
    values,
    name: unit,
    read: (value) => value,
    write: ({ mean, deviation, low, high }, area) => [
      `${signed(mean.toFixed(1))} ± ${deviation.toFixed(1)} ${unit}`,
      `min ${signed(low.toFixed(0))}  max ${signed(high.toFixed(0))}`,
      area,
    ],
  };
}

/** @param {string} number */
function signed(number) {
  return number.replace("-", "−");
}

/** @param {number} area */
function rounded(area) {
  return area < 100 ? area.toFixed(1) : area.toFixed(0);
}

/** @param {Point[]} points */
function boxOf([one, other]) {
  return {
    left: Math.min(one.x, other.x),
    right: Math.max(one.x, other.x),
    top: Math.min(one.y, other.y),
    bottom: Math.max(one.y, other.y),
  };
}

/**
 * The line of a measurement through image points.
 *
 * @param {Measurement} measurement
 * @returns {Point[]}
 */
export function lineOf({ kind, points }) {
  const [one, other] = points;
  if (kind === "rectangle") return [one, { x: other.x, y: one.y }, other, { x: one.x, y: other.y }, one];
  if (kind !== "ellipse") return points;
  const { left, right, top, bottom } = boxOf(points);
  return Array.from({ length: AROUND + 1 }, (_, i) => {
    const turn = (2 * Math.PI * (i % AROUND)) / AROUND;
    return { x: (left + right + (right - left) * Math.cos(turn)) / 2, y: (top + bottom + (bottom - top) * Math.sin(turn)) / 2 };
  });
}

/**
 * Where a measurement can be taken hold of: at its points, the corners of a rectangle, the ends of an ellipse's axes.
 *
 * @param {Measurement} measurement
 * @returns {Point[]}
 */
export function handlesOf({ kind, points }) {
  const [one, other] = points;
  if (kind === "rectangle") return [one, { x: other.x, y: one.y }, other, { x: one.x, y: other.y }];
  if (kind !== "ellipse") return points;
  const [x, y] = [(one.x + other.x) / 2, (one.y + other.y) / 2];
  return [{ x, y: one.y }, { x: other.x, y }, { x, y: other.y }, { x: one.x, y }];
}

/**
 * A measurement one of whose handles was drawn to another place.
 *
 * @param {Measurement} measurement
 * @param {number} handle
 * @param {Point} to
 * @returns {Measurement}
 */
export function reshaped(measurement, handle, to) {
  if (!isArea(measurement)) return { ...measurement, points: measurement.points.map((point, i) => (i === handle ? to : point)) };
  const [one, other] = measurement.points.map((point) => ({ ...point }));
  const corners = measurement.kind === "rectangle";
  // Handles run around from the top left corner, or the top: two of them move each coordinate, or one.
  if (corners ? [0, 3].includes(handle) : handle === 3) one.x = to.x;
  if (corners ? [1, 2].includes(handle) : handle === 1) other.x = to.x;
  if (corners ? [0, 1].includes(handle) : handle === 0) one.y = to.y;
  if (corners ? [2, 3].includes(handle) : handle === 2) other.y = to.y;
  return { ...measurement, points: [one, other] };
}

/**
 * A measurement as a whole at another place, but within the image.
 *
 * @param {Measurement} measurement
 * @param {Point} by
 * @param {Grid} grid
 * @returns {Measurement}
 */
export function shifted(measurement, by, { rows, columns }) {
  const within = (/** @type {number} */ step, /** @type {number[]} */ places, /** @type {number} */ size) =>
    Math.min(size - Math.max(...places), Math.max(-Math.min(...places), step));
  const x = within(by.x, measurement.points.map((point) => point.x), columns);
  const y = within(by.y, measurement.points.map((point) => point.y), rows);
  return { ...measurement, points: measurement.points.map((point) => ({ x: point.x + x, y: point.y + y })) };
}

/**
 * The nearest point of the image, to a hundredth of a pixel.
 *
 * @param {Point} point
 * @param {Grid} grid
 * @returns {Point}
 */
export function inside({ x, y }, { rows, columns }) {
  const place = (/** @type {number} */ at, /** @type {number} */ size) => Math.round(Math.min(size, Math.max(0, at)) * 100) / 100;
  return { x: place(x, columns), y: place(y, rows) };
}

/**
 * Distance of a point from a line through points, in image columns.
 *
 * @param {Point} point
 * @param {Point[]} line
 * @param {number} aspect  Height of a pixel over its width.
 */
export function distanceTo(point, line, aspect) {
  const parts = line.slice(1).map((end, i) => {
    const [from, to] = [line[i], end].map(({ x, y }) => ({ x: x - point.x, y: (y - point.y) * aspect }));
    const [right, down] = [to.x - from.x, to.y - from.y];
    const length = right * right + down * down;
    const share = length ? Math.min(1, Math.max(0, -(from.x * right + from.y * down) / length)) : 0;
    return Math.hypot(from.x + share * right, from.y + share * down);
  });
  return Math.min(...parts);
}
