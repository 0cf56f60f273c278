/**
 * Measurements on a picture: lines with a dark seam, which are seen on any ground, and what they say beside them.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("../sync/types.js").Measurement} Measurement
 * @typedef {import("./plate.js").Plate} Plate
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 * @typedef {"measurement" | "reference"} Ink  The reader's own, or another reader's.
 */

import { handlesOf, lineOf } from "../drawing/measurement.js";
import { theme } from "../theme.js";
import { toScreen } from "./geometry.js";

const FAMILY = "system-ui, -apple-system, 'Segoe UI', sans-serif";
/** Screen pixels beneath which a picture is small, and its letters too. */
const SMALL = 300;
const ROOM = 4;
/** From a measurement to what it says, in screen pixels. */
const AWAY = 7;
/** Half of the bar at either end of a ruler, and of a handle. */
const END = 5;
const HANDLE = 3.5;
const DASH = [4, 3];
const SEAM = "rgb(0 0 0 / 65%)";

/**
 * All lines, and then what they say, so that no line runs through a number. Those of another reader are dashed.
 *
 * @param {Plate} plate
 * @param {{measurement: Measurement, lines: string[], ink: Ink}[]} measurements
 */
export function paintMeasurements(plate, measurements) {
  const placed = measurements.map(({ measurement, lines, ink }) => {
    const places = lineOf(measurement).map((point) => toScreen(plate.placement, point));
    stroke(plate, measurement.kind, places, ink);
    return { kind: measurement.kind, places, lines, ink };
  });
  /** @type {Box[]} */
  const taken = [];
  for (const { kind, places, lines, ink } of placed) {
    if (lines.length) taken.push(write(plate, anchorsOf(kind, places), { lines, ink }, taken));
  }
}

/**
 * @param {Plate} plate
 * @param {Measurement} measurement
 */
export function paintHandles({ context, placement }, measurement) {
  for (const handle of handlesOf(measurement)) {
    const { x, y } = toScreen(placement, handle);
    context.fillStyle = SEAM;
    context.fillRect(x - HANDLE - 1, y - HANDLE - 1, 2 * HANDLE + 2, 2 * HANDLE + 2);
    context.fillStyle = "#fff";
    context.fillRect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
  }
}

/**
 * @param {Plate} plate
 * @param {Measurement["kind"]} kind
 * @param {Point[]} places
 * @param {Ink} ink
 */
function stroke({ context }, kind, places, ink) {
  const path = new Path2D();
  places.forEach(({ x, y }) => path.lineTo(x, y));
  if (kind === "ruler") addEnds(path, places);
  context.lineJoin = context.lineCap = "round";
  for (const [colour, width] of /** @type {[string, number][]} */ ([[SEAM, 3.5], [theme().inks[ink], 1.5]])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    if (ink === "reference" && colour !== SEAM) context.setLineDash(DASH);
    context.stroke(path);
    context.setLineDash([]);
  }
}

/**
 * @param {Path2D} path
 * @param {Point[]} ends
 */
function addEnds(path, [from, to]) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [x, y] = [(END * (from.y - to.y)) / length, (END * (to.x - from.x)) / length];
  for (const end of [from, to]) {
    path.moveTo(end.x - x, end.y - y);
    path.lineTo(end.x + x, end.y + y);
  }
}

/**
 * Where a measurement can be written beside: at its right, left, lowest and highest place, the best first.
 *
 * @param {Measurement["kind"]} kind
 * @param {Point[]} places
 * @returns {{at: Point, side: "right" | "left" | "below" | "above"}[]}
 */
export function anchorsOf(kind, places) {
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const middle = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
  const end = (/** @type {number} */ x) => ({ x, y: kind === "ruler" ? places[xs.indexOf(x)].y : middle.y });
  const vertex = kind === "angle" ? places[1] : null;
  const right = /** @type {const} */ ({ at: vertex ?? end(Math.max(...xs)), side: "right" });
  const left = /** @type {const} */ ({ at: vertex ?? end(Math.min(...xs)), side: "left" });
  const below = /** @type {const} */ ({ at: vertex ?? { x: middle.x, y: Math.max(...ys) }, side: "below" });
  const above = /** @type {const} */ ({ at: vertex ?? { x: middle.x, y: Math.min(...ys) }, side: "above" });
  // An angle is written outside of its legs.
  return vertex && vertex.x < middle.x ? [left, right, below, above] : [right, left, below, above];
}

/**
 * Write beside a measurement where there is room, or else over what is written there already.
 *
 * @param {Plate} plate
 * @param {ReturnType<typeof anchorsOf>} anchors
 * @param {{lines: string[], ink: Ink}} said
 * @param {Box[]} taken  Where other measurements are written.
 * @returns {Box}
 */
function write({ context, size }, anchors, { lines, ink }, taken) {
  const letters = Math.min(size.width, size.height) < SMALL ? 10 : 11.5;
  const line = letters + 3;
  context.font = `500 ${letters}px ${FAMILY}`;
  context.textAlign = "left";
  const width = Math.max(...lines.map((text) => context.measureText(text).width)) + 2 * ROOM;
  const boxes = anchors.map(({ at, side }) => beside(at, side, { width, height: lines.length * line + ROOM }));
  const within = boxes.map((box) => ({
    ...box,
    x: Math.max(0, Math.min(size.width - box.width, box.x)),
    y: Math.max(0, Math.min(size.height - box.height, box.y)),
  }));
  const free = within.filter((box, i) => box.x === boxes[i].x && !taken.some((other) => overlap(box, other)));
  const box = free[0] ?? within[0];
  context.fillStyle = SEAM;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.fillStyle = theme().inks[ink];
  lines.forEach((text, i) => context.fillText(text, box.x + ROOM, box.y + line * (i + 1) - ROOM / 2 + 1));
  return box;
}

/**
 * @param {Point} at
 * @param {"right" | "left" | "below" | "above"} side
 * @param {{width: number, height: number}} size
 * @returns {Box}
 */
function beside({ x, y }, side, { width, height }) {
  if (side === "right") return { x: x + AWAY, y: y - height / 2, width, height };
  if (side === "left") return { x: x - AWAY - width, y: y - height / 2, width, height };
  return { x: x - width / 2, y: side === "below" ? y + AWAY : y - AWAY - height, width, height };
}

/**
 * @param {Box} one
 * @param {Box} other
 */
function overlap(one, other) {
  const across = one.x < other.x + other.width && other.x < one.x + one.width;
  return across && one.y < other.y + other.height && other.y < one.y + one.height;
}
