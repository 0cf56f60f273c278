/**
 * What every picture of the board draws: the grey slice, rendered once, and the outlines of regions.
 *
 * @typedef {import("../sync/types.js").CaseView} CaseView
 * @typedef {import("../drawing/drawing.js").Drawing} Drawing
 * @typedef {{label: number, path: Path2D}[]} Outlines
 */

import { css, labelColour, rgba } from "./colours.js";
import { Layer } from "./layer.js";
import { greyQuantity, linesOf } from "../drawing/measurement.js";
import { outlines } from "../drawing/outline.js";
import { paintMeasurements } from "./measurements.js";
import { decodeRuns } from "../sync/runs.js";
import { theme } from "../theme.js";
import { greyTable, lookUp } from "./windowing.js";

const TINT = 0.12;

export class Scene {
  /** @param {import("./view.js").SharedView} view */
  constructor(view) {
    this.view = view;
    /** @type {CaseView} */
    this.grid = { id: "", count: 1, rows: 1, columns: 1, spacing: null, letters: null, hounsfield: true, body: null, pixels: "", stack: null, noStack: "", made: [] };
    /** @type {Drawing | null} */
    this.drawing = null;
    /** What is measured, if anything can be. @type {import("../drawing/caliper.js").Caliper | null} */
    this.caliper = null;
    /** @type {Record<string, import("../sync/types.js").Runs>} */
    this.reference = {};
    /** @type {import("../sync/types.js").Measurement[]} */
    this.referenceMeasurements = [];
    /** What Python's states, maps and scores belong to. */
    this.answered = { slice: 0, sign: "absolute", unit: "pixels" };
    /** @type {Int16Array | null} Pixels of the slice on show. */
    this.values = null;
    /** Where the slice on show lies, in mm; NaN if unknown. */
    this.position = NaN;
    this.rendered = "";
    /** @type {HTMLCanvasElement | null} Canvas under the mouse. */
    this.hovered = null;
    this.greyLayer = new Layer();
    this.tintLayer = new Layer();
    this.tables = { signature: "", table: new Uint32Array(0) };
    this.differenceTables = this.tables;
    this.kept = { drawing: { signature: "", paths: /** @type {Outlines} */ ([]) }, reference: { signature: "", paths: /** @type {Outlines} */ ([]) } };
    this.references = 0;
    /** What of an edited slice is on show. @type {import("./moments.js").Moment} */
    this.moment = "original";
  }

  /**
   * @param {Record<string, import("../sync/types.js").Runs>} slices  What another reader has drawn,
   * @param {import("../sync/types.js").Measurement[]} [measurements]  and measured.
   */
  setReference(slices, measurements = []) {
    this.reference = slices;
    this.referenceMeasurements = measurements;
    this.references++;
  }

  /**
   * Render the slice on show, unless it is rendered already.
   *
   * @param {import("./pixels.js").Picture | null} picture
   * @param {{moment: import("./moments.js").Moment, edit: string}} [of]  What of an edited slice it is, and where that is from.
   */
  render(picture, { moment, edit } = { moment: "original", edit: "" }) {
    this.moment = moment;
    const values = picture?.values ?? null;
    this.values = values;
    this.position = picture?.position ?? NaN;
    this.rendered = values ? this.wanted : "";
    if (!values) return;
    const { table, signature } = moment === "difference" ? this.differenceGreys : this.greys;
    const stamp = `${this.wanted} ${edit} ${signature}`;
    this.greyLayer.update(this.grid, stamp, (pixels) => lookUp(values, table, pixels));
  }

  /** Whether what is asked for is on the screen: a key turns the view at once, the picture follows in the next frame. */
  get shown() {
    return this.rendered === this.wanted;
  }

  get wanted() {
    return `${this.grid.id} ${this.view.slice} ${this.moment}`;
  }

  /** The grey of every value in the window on show. */
  get greys() {
    this.tables = greysOf(this.view.window, this.view.inverted, this.tables);
    return this.tables;
  }

  /** The grey of every difference: as wide as the window on show, with no change in the middle. */
  get differenceGreys() {
    this.differenceTables = greysOf({ ...this.view.window, level: 0.5 }, this.view.inverted, this.differenceTables);
    return this.differenceTables;
  }

  /** Whether Python's maps are of the kind that the reader wants to see. */
  get mapsFit() {
    const { sign, unit } = this.view.reading;
    return unit === this.answered.unit && (unit === "pixels" || sign === this.answered.sign);
  }

  /** Whether Python's scores are those of what is on show. */
  get scoresFit() {
    const original = this.moment === "original";
    return original && this.view.slice === this.answered.slice && this.view.reading.sign === this.answered.sign;
  }

  get grey() {
    return this.values ? this.greyLayer.canvas : null;
  }

  /** The drawn pixels of the slice on show in the colours of their labels, or null. */
  tint() {
    const { drawing, view } = this;
    const labels = drawing?.slices.get(view.slice);
    if (!drawing || !labels || !view.drawingVisible) return null;
    this.tintLayer.update(this.grid, `${view.slice} ${drawing.stamp}`, (pixels) => {
      const table = Uint32Array.from({ length: 256 }, (_, label) => (label ? rgba(labelColour(label), TINT) : 0));
      for (let i = 0; i < labels.length; i++) pixels[i] = table[labels[i]];
    });
    return this.tintLayer.canvas;
  }

  /**
   * The slice, the tint of what is drawn on it, and the outlines.
   *
   * @param {import("./plate.js").Plate} plate
   */
  paint(plate) {
    plate.start(this.grid, this.view);
    if (this.grey) plate.image(this.grey);
    const tint = this.tint();
    if (tint) plate.image(tint);
    this.drawOutlines(plate, 1.5);
    this.drawMeasurements(plate, this.quantity);
  }

  /** What the pixels of the slice on show hold, or null while they are not here. */
  get quantity() {
    return this.values && greyQuantity(this.values, this.grid.hounsfield);
  }

  /**
   * @param {import("./plate.js").Plate} plate
   * @param {import("../drawing/measurement.js").Quantity | null} quantity  What areas are to say something of.
   */
  drawMeasurements(plate, quantity) {
    if (!this.view.drawingVisible) return;
    const said = (/** @type {import("../sync/types.js").Measurement} */ measurement, /** @type {"measurement" | "reference"} */ ink) => ({
      measurement, ink, lines: linesOf(measurement, this.grid, quantity),
    });
    const theirs = this.referenceMeasurements.filter(({ slice }) => slice === this.view.slice);
    const own = (this.caliper?.shown ?? []).map(({ measurement }) => said(measurement, "measurement"));
    paintMeasurements(plate, [...theirs.map((measurement) => said(measurement, "reference")), ...own]);
  }

  /**
   * @param {import("./plate.js").Plate} plate
   * @param {number} width  Of the reader's own line, in screen pixels.
   */
  drawOutlines(plate, width) {
    if (!this.view.drawingVisible) return;
    for (const { path } of this.referenceOutlines()) {
      plate.outline(path, { colour: theme().inks.reference, width: 1, dash: [4, 3] });
    }
    for (const { label, path } of this.drawingOutlines()) {
      plate.outline(path, { colour: css(labelColour(label)), width });
    }
  }

  drawingOutlines() {
    const labels = this.drawing?.slices.get(this.view.slice);
    if (!this.drawing || !labels) return [];
    const signature = `${this.view.slice} ${this.drawing.stamp}`;
    if (this.kept.drawing.signature !== signature) {
      this.kept.drawing = { signature, paths: outlines(labels, this.grid) };
    }
    return this.kept.drawing.paths;
  }

  referenceOutlines() {
    const runs = this.reference[String(this.view.slice)];
    if (!runs) return [];
    const signature = `${this.grid.id} ${this.view.slice} ${this.references}`;
    if (this.kept.reference.signature !== signature) {
      const labels = decodeRuns(runs, new Uint8Array(this.grid.rows * this.grid.columns));
      this.kept.reference = { signature, paths: outlines(labels, this.grid) };
    }
    return this.kept.reference.paths;
  }
}

/**
 * @param {import("../sync/types.js").Window} window
 * @param {boolean} inverted
 * @param {{signature: string, table: Uint32Array}} known  Made before, which may still be right.
 */
function greysOf(window, inverted, known) {
  const signature = `${window.width} ${window.level} ${inverted}`;
  return known.signature === signature ? known : { signature, table: greyTable(window, inverted) };
}
