/**
 * A plane across the slices: of which pixels of which slices its picture is made. Nothing here draws.
 *
 * Places are counted in pixels of the first slice. Where slices lie beside one another, as with a tilted gantry, each is
 * shown where it lies.
 *
 * @typedef {import("../sync/types.js").CaseView} CaseView
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("./geometry.js").Grid} Grid
 *
 * @typedef {"row" | "column"} Along  A plane crosses every slice along one of its rows, or along one of its columns.
 * @typedef {{start: number, count: number}} Range  Whole places.
 */

import { OFFSET } from "./windowing.js";

/** Where no slice is; a slice that has this value there is as dark. */
export const EMPTY = -OFFSET;
const DARK = 0xff000000;
/** A picture has no more rows, however finely its pixels could be divided. */
const MOST_ROWS = 1024;

export class Crossing {
  /**
   * @param {CaseView & {stack: import("../sync/types.js").StackView, spacing: [number, number]}} scan
   * @param {Along} along
   * @param {number[]} kept  The slices of which the picture is made, in their order: all, or every second, third, …
   */
  constructor(scan, along, kept) {
    this.scan = scan;
    this.along = along;
    this.kept = kept;
    const [across, upright] = along === "row" ? [0, 1] : [1, 0];
    const sides = [scan.columns, scan.rows];
    /** What the picture is as wide as. */
    this.width = this.range(sides[across], across);
    /** Where the plane may lie. */
    this.places = this.range(sides[upright], upright);
    const { depths } = scan.stack;
    const last = depths.length - 1;
    this.top = depths[0] - (depths[1] - depths[0]) / 2;
    const height = depths[last] + (depths[last] - depths[last - 1]) / 2 - this.top;
    const pixel = scan.spacing[along === "row" ? 1 : 0];
    const rows = Math.min(MOST_ROWS, Math.max(depths.length, Math.round(height / pixel)));
    /** @type {Grid & {spacing: [number, number]}} */
    this.grid = { rows, columns: this.width.count, spacing: [height / rows, pixel] };
    this.sources = this.sourcesOfRows();
  }

  /**
   * @param {number} side  Of a slice, in pixels.
   * @param {number} axis  0 across the columns, 1 down the rows.
   * @returns {Range}
   */
  range(side, axis) {
    let [low, high] = [0, 0];
    for (const shift of this.scan.stack.shifts) {
      low = Math.min(low, Math.round(shift[axis]));
      high = Math.max(high, Math.round(shift[axis]));
    }
    return { start: low, count: side + high - low };
  }

  /** For each row of the picture the kept slices above and beneath it, by number, and how near the lower one is. */
  sourcesOfRows() {
    const { kept, top, grid } = this;
    const { depths, even } = this.scan.stack;
    const [above, beneath, share] = [new Int32Array(grid.rows), new Int32Array(grid.rows), new Float32Array(grid.rows)];
    const last = kept.length - 1;
    for (let row = 0, k = 0; row < grid.rows; row++) {
      const depth = top + (row + 0.5) * grid.spacing[0];
      while (k < last && depths[kept[k + 1]] <= depth) k++;
      above[row] = k;
      beneath[row] = Math.min(k + 1, last);
      const gap = depths[kept[beneath[row]]] - depths[kept[k]];
      const nearness = gap > 0 ? Math.min(1, Math.max(0, (depth - depths[kept[k]]) / gap)) : 0;
      share[row] = even ? nearness : Math.round(nearness);
    }
    return { above, beneath, share };
  }

  /** By how many pixels a slice lies beside the first. @param {number} slice */
  shiftOf(slice) {
    const [x, y] = this.scan.stack.shifts[slice] ?? [0, 0];
    return { x: Math.round(x), y: Math.round(y) };
  }

  /** Row of the picture in whose middle a slice lies. @param {number} slice */
  rowOf(slice) {
    return (this.scan.stack.depths[slice] - this.top) / this.grid.spacing[0];
  }

  /** The slice that lies nearest to a row of the picture. @param {number} row */
  sliceAt(row) {
    const { depths } = this.scan.stack;
    const depth = this.top + row * this.grid.spacing[0];
    let nearest = 0;
    for (let k = 1; k < depths.length; k++) if (Math.abs(depths[k] - depth) < Math.abs(depths[nearest] - depth)) nearest = k;
    return nearest;
  }

  /**
   * A plane that there is. @param {number} at
   */
  inside(at) {
    const { start, count } = this.places;
    return Math.min(start + count - 1, Math.max(start, Math.floor(at)));
  }

  /**
   * The pixels of the kept slices on a plane, a line for each.
   *
   * @template {Int16Array | Uint8Array} Pixels
   * @param {number} at  Where the plane lies.
   * @param {(slice: number) => Pixels | null | undefined} read  All pixels of a slice, if they are here.
   * @param {Pixels} lines  Written to, as long as kept slices times the picture's width.
   */
  gather(at, read, lines) {
    const { columns, rows } = this.scan;
    this.kept.forEach((slice, i) => {
      const pixels = read(slice);
      if (!pixels) return;
      const { x, y } = this.shiftOf(slice);
      const begin = i * this.width.count - this.width.start;
      if (this.along === "row") {
        const row = at - y;
        if (row >= 0 && row < rows) lines.set(pixels.subarray(row * columns, (row + 1) * columns), begin + x);
        return;
      }
      const column = at - x;
      if (column < 0 || column >= columns) return;
      for (let row = 0; row < rows; row++) lines[begin + y + row] = pixels[row * columns + column];
    });
    return lines;
  }

  /**
   * @param {number} at
   * @param {(slice: number) => Int16Array | null | undefined} read
   * @returns {Int16Array}  `EMPTY` where no slice is, or none is here yet.
   */
  values(at, read) {
    return this.gather(at, read, new Int16Array(this.kept.length * this.width.count).fill(EMPTY));
  }

  /**
   * What is drawn on a plane, in the picture's rows: of the nearest slice, for a label is not interpolated.
   *
   * @param {number} at
   * @param {(slice: number) => Uint8Array | null | undefined} read
   * @returns {Uint8Array}
   */
  labels(at, read) {
    const { above, beneath, share } = this.sources;
    const width = this.width.count;
    const lines = this.gather(at, read, new Uint8Array(this.kept.length * width));
    const labels = new Uint8Array(this.grid.rows * width);
    for (let row = 0; row < this.grid.rows; row++) {
      const line = share[row] < 0.5 ? above[row] : beneath[row];
      labels.set(lines.subarray(line * width, (line + 1) * width), row * width);
    }
    return labels;
  }

  /**
   * The value of the picture's pixel, `EMPTY` where there is none.
   *
   * @param {Int16Array} lines
   * @param {number} row
   * @param {number} column
   */
  valueAt(lines, row, column) {
    const { above, beneath, share } = this.sources;
    const width = this.width.count;
    return mixed(lines[above[row] * width + column], lines[beneath[row] * width + column], share[row]);
  }

  /**
   * @param {Int16Array} lines
   * @param {Uint32Array} table  RGBA of every value.
   * @param {Uint32Array} rgba  Written to.
   */
  paint(lines, table, rgba) {
    const { above, beneath, share } = this.sources;
    const width = this.width.count;
    for (let row = 0, i = 0; row < this.grid.rows; row++) {
      const [upper, lower, near] = [above[row] * width, beneath[row] * width, share[row]];
      for (let x = 0; x < width; x++, i++) {
        const value = mixed(lines[upper + x], lines[lower + x], near);
        rgba[i] = value === EMPTY ? DARK : table[value + OFFSET];
      }
    }
  }
}

/**
 * @param {number} upper
 * @param {number} lower
 * @param {number} share  0 is the upper, 1 the lower.
 */
function mixed(upper, lower, share) {
  if (share === 0 || share === 1 || upper === EMPTY || lower === EMPTY) return share < 0.5 ? upper : lower;
  return Math.round(upper + (lower - upper) * share);
}

/**
 * The slices of which planes are made where memory holds only so many: all, or every second, third, …
 *
 * @param {number} count
 * @param {number} room  How many may be held.
 */
export function thinned(count, room) {
  const step = Math.max(1, Math.ceil(count / Math.max(2, room)));
  const kept = Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
  return { step, kept };
}
