/**
 * Region growing: a click offers what hangs together with the pixel under it within a range of values, a drag to the right
 * widens the range, and nothing is drawn before the offer is kept.
 *
 * The range is that of the brush, or else lies around the value that was clicked. Other labels are walls.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./growing.js").Part} Part
 *
 * @typedef {object} Soil  What is grown on.
 * @property {() => Drawing | null} drawing
 * @property {() => number} slice
 * @property {() => import("./stack.js").Scan} scan
 * @property {(slice: number) => Int16Array | null} values  Pixels of a slice, if they are here.
 * @property {(sentence: string) => void} say
 * @property {() => void} changed
 *
 * @typedef {object} Offer
 * @property {Drawing} drawing
 * @property {import("./growing.js").Seed} seed
 * @property {number} label
 * @property {boolean} erasing
 * @property {boolean} deep  Whether it grows through the series.
 * @property {{low: number, high: number}} range
 * @property {Map<number, Part>} parts  By slice.
 * @property {boolean} bounded  Whether it reaches as far as it may.
 * @property {boolean} waits  Whether slices that it might reach are not here yet.
 */

import { amountOfCounts, amountText } from "./amount.js";
import { grow } from "./growing.js";
import { pixelAt } from "../picture/geometry.js";

/** How far from the value that is clicked the range goes to either side, until somebody drags. */
const TOLERANCE = 30;
const TOLERANCES = { low: 1, high: 4000 };
/** CSS pixels of a drag that make the tolerance e times as wide. */
const DRAG = 120;
/** How many slices it grows to either side. */
export const REACH = 30;

export class Grower {
  /**
   * @param {Soil} soil
   * @param {import("./brush.js").Brush} brush  Has the tool, the label, the range and whether to draw on many slices.
   */
  constructor(soil, brush) {
    this.soil = soil;
    this.brush = brush;
    this.tolerance = TOLERANCE;
    /** @type {Offer | null} */
    this.offer = null;
    /** Where the button went down, while it is. @type {{x: number, tolerance: number} | null} */
    this.held = null;
  }

  active() {
    return this.brush.tool === "grow" && this.soil.drawing() !== null;
  }

  get busy() {
    return this.held !== null;
  }

  /** What is offered to the reader and on the case on show, or null. */
  get shown() {
    return this.offer?.drawing === this.soil.drawing() ? this.offer : null;
  }

  /**
   * @param {Point} point
   * @param {PointerEvent} event
   */
  down(point, event) {
    this.giveUp();
    const [drawing, slice] = [this.soil.drawing(), this.soil.slice()];
    const index = drawing ? pixelAt(drawing.shape, point) : -1;
    if (!drawing || index < 0 || !this.soil.values(slice)) return;
    const erasing = event.ctrlKey || event.metaKey;
    const deep = this.brush.deep || event.altKey;
    this.held = { x: event.clientX, tolerance: this.tolerance };
    this.grow({ drawing, seed: { slice, index }, label: this.brush.label, erasing, deep });
  }

  /**
   * @param {Point} _
   * @param {PointerEvent} event
   */
  move(_, event) {
    const { held, offer } = this;
    if (!held || !offer || this.brush.range) return;
    const wanted = Math.round(held.tolerance * Math.exp((event.clientX - held.x) / DRAG));
    const tolerance = Math.min(TOLERANCES.high, Math.max(TOLERANCES.low, wanted));
    if (tolerance === this.tolerance) return;
    this.tolerance = tolerance;
    this.grow(offer);
  }

  up() {
    const { held, offer } = this;
    this.held = null;
    if (!held || !offer) return;
    // While the button is down this slice is enough, and quick.
    if (offer.deep) this.grow(offer);
    if (!this.offer?.parts.size) this.refuse(offer);
  }

  /** It grows on one slice from now on, or through the series. */
  deepen() {
    const { offer } = this;
    if (offer && !this.held) this.grow({ ...offer, deep: this.brush.deep });
  }

  /** @param {Pick<Offer, "drawing" | "seed" | "label" | "erasing" | "deep">} wish */
  grow({ drawing, seed, label, erasing, deep }) {
    const { soil, brush } = this;
    const value = soil.values(seed.slice)?.[seed.index] ?? 0;
    const range = brush.range ?? { low: value - this.tolerance, high: value + this.tolerance };
    const reach = deep && !this.held ? REACH : 0;
    const last = Math.min(soil.scan().count - 1, seed.slice + reach);
    const first = Math.max(0, seed.slice - reach);
    /** @type {Set<number>} */
    const absent = new Set();
    const allowOn = (/** @type {number} */ slice) => {
      const values = soil.values(slice);
      if (!values) absent.add(slice);
      const labels = drawing.slices.get(slice);
      return values && ((/** @type {number} */ i) => values[i] >= range.low && values[i] <= range.high && free(labels?.[i] ?? 0, label, erasing));
    };
    const parts = grow({ shape: drawing.shape, first, last, allowOn }, seed);
    const ends = [first, last].filter((slice) => parts.has(slice) && slice > 0 && slice < soil.scan().count - 1);
    const bounded = reach > 0 && ends.length > 0;
    this.offer = { drawing, seed, label, erasing, deep, range, parts, bounded, waits: absent.size > 0 };
    soil.changed();
  }

  /** Grow on, as soon as all slices within reach are here. */
  resume() {
    const { shown, held, soil } = this;
    if (!shown?.waits || held) return;
    const { slice } = shown.seed;
    const near = Array.from({ length: 2 * REACH + 1 }, (_, i) => slice - REACH + i);
    if (near.every((k) => k < 0 || k >= soil.scan().count || soil.values(k))) this.grow(shown);
  }

  /** @param {Offer} offer  Of nothing. */
  refuse({ drawing, seed, range, label }) {
    this.offer = null;
    const [value, there] = [this.soil.values(seed.slice)?.[seed.index] ?? 0, drawing.on(seed.slice)[seed.index]];
    const taken = there !== 0 && there !== label;
    this.soil.say(
      taken
        ? `Nothing grows here: '${drawing.labels[there - 1]}' is drawn here already.`
        : `Nothing grows here: ${signed(value)} lies outside of ${signed(range.low)} to ${signed(range.high)}.`,
    );
  }

  /** Draw what is offered; whether there was anything. */
  keep() {
    const { shown, held } = this;
    if (!shown || held) return false;
    this.offer = null;
    const { drawing, label, erasing, parts } = shown;
    const edits = [...parts].map(([slice, { mask }]) => /** @type {[number, (labels: Uint8Array) => void]} */ ([slice, (labels) => {
      for (let i = 0; i < mask.length; i++) if (mask[i] && free(labels[i], label, erasing)) labels[i] = erasing ? 0 : label;
    }]));
    drawing.edit(new Map(edits));
    this.soil.changed();
    return true;
  }

  /** Whether there was anything to give up. */
  giveUp() {
    const any = this.offer !== null;
    this.offer = this.held = null;
    this.soil.changed();
    return any;
  }

  /** What is offered, in a few words. */
  get text() {
    const { shown } = this;
    if (!shown) return "";
    const { range, parts, erasing, bounded, waits } = shown;
    const scan = this.soil.scan();
    const counts = [...parts].map(([slice, { pixels }]) => /** @type {[number, number]} */ ([slice, pixels]));
    const much = amountText(amountOfCounts(counts, scan)) || "nothing";
    const within = `${signed(range.low)} to ${signed(range.high)} ${scan.hounsfield ? "HU" : "grey"}`;
    const remarks = [bounded && `up to ${REACH} slices away`, waits && "grows on when more slices are loaded"];
    return [erasing ? `Erase ${much}` : much, within, ...remarks].filter(Boolean).join(" · ");
  }
}

/**
 * Whether a pixel may be taken: other labels are walls, unless they shall go.
 *
 * @param {number} there
 * @param {number} label
 * @param {boolean} erasing
 */
function free(there, label, erasing) {
  return erasing || there === 0 || there === label;
}

/** @param {number} value */
function signed(value) {
  return String(value).replace("-", "−");
}
