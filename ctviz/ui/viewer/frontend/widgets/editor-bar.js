/**
 * The bars above and below the large picture: tools, window, labels, and whether the drawing is saved.
 *
 * @typedef {import("../drawing/brush.js").Tool} Tool
 * @typedef {import("../picture/view.js").SharedView} SharedView
 *
 * @typedef {object} Acts  What the buttons do.
 * @property {(tool: Tool) => void} take
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} copy
 * @property {() => void} between
 * @property {() => void} smooth
 * @property {() => void} deepen
 * @property {() => void} clear
 * @property {() => void} planes
 * @property {() => void} reset
 * @property {() => void} help
 * @property {(name: string) => void} addLabel
 * @property {() => void} done  Gives the keyboard back to the board.
 *
 * @typedef {object} Status
 * @property {import("../sync/types.js").CaseView} scan
 * @property {{state: import("../sync/saver.js").SavingState, why: string}} saving
 * @property {string | null} saved  When this page last saved something.
 * @property {string} met  What was drawn elsewhere under the same name, or empty.
 * @property {boolean} outdated  Whether the page is older than its server.
 * @property {boolean} drawn  Whether there is a drawing.
 * @property {boolean} offered  Whether something has grown that is not drawn yet.
 * @property {string | null} reference
 * @property {string} noPlanes  Why no plane can cross the slices, or empty.
 */

import { amountOf, amountText, howCounted } from "../drawing/amount.js";
import { css, labelColour } from "../picture/colours.js";
import { chooser, element, iconButton, setText, slider } from "./dom.js";
import { scanOf } from "../drawing/stack.js";
import { SIZES } from "../drawing/brush.js";
import { theme } from "../theme.js";
import { shownKey, withKey } from "./keys.js";

/**
 * Tools, their names and what else there is to know.
 *
 * @returns {[Tool & import("./dom.js").IconName, string, string][]}
 */
const tools = () => [
  ["window", "Window and level", ""],
  ["brush", "Brush", "; Ctrl erases"],
  ["eraser", "Eraser", ""],
  ["polygon", "Polygon", `: click corners, ${shownKey("close")} closes; Ctrl erases`],
  ["freehand", "Freehand", ": drag around; Ctrl erases"],
  ["grow", "Grow", `: click on a structure, drag to the right for a wider range; ${shownKey("close")} keeps it, ${shownKey("cancel")} gives it up`],
  ["ruler", "Ruler", ": drag, or click both ends"],
  ["angle", "Angle", ": click leg, vertex and leg"],
  ["ellipse", "Ellipse", ": mean, deviation and area; drag, or click two corners"],
  ["rectangle", "Rectangle", ": mean, deviation and area; drag, or click two corners"],
];

export class EditorBar {
  /**
   * @param {SharedView} view
   * @param {import("../drawing/brush.js").Brush} brush
   * @param {Acts} acts
   */
  constructor(view, brush, acts) {
    this.view = view;
    this.brush = brush;
    this.acts = acts;
    this.tools = tools().map(([tool, title, more]) => ({
      tool,
      button: iconButton(tool, withKey(title, "tool", tool) + more, `tool-${tool}`, () => acts.take(tool)),
    }));
    this.size = slider({
      title: "Size", help: `Diameter of the brush in pixels, in 3-D in mm ( ${shownKey("size", -1)} and ${shownKey("size", 1)} )`, testId: "brush-size",
      range: { low: SIZES.low, high: SIZES.high, step: 1 },
      text: () => this.sizeText(), changed: (value) => brush.resize(value),
    });
    this.preset = chooser("Window preset", "window-preset", (name) => {
      const preset = theme().windows[name];
      if (preset) view.setWindow(preset);
      acts.done();
    });
    this.undo = iconButton("undo", withKey("Undo", "undo"), "undo", acts.undo);
    this.redo = iconButton("redo", withKey("Redo", "redo"), "redo", acts.redo);
    this.clear = iconButton("trash", "Clear this slice; can be undone", "clear-slice", acts.clear);
    this.copy = iconButton("copy", "Copy the drawing of the nearest drawn slice to this one", "copy-slice", acts.copy);
    this.between = iconButton("between", withKey("Fill the slices between the drawn ones before and after this", "between"), "fill-between", acts.between);
    this.smooth = iconButton("smooth", withKey("Smooth the label on this slice", "smooth"), "smooth", acts.smooth);
    this.radius = element("input", { type: "number", value: 1.5, min: 0.1, max: 20, step: 0.5, "aria-label": "radius of smoothing in mm", title: "Radius of smoothing in mm", "data-testid": "smooth-radius" });
    this.deep = iconButton("deep", "", "deep", acts.deepen);
    this.eye = iconButton("eye", withKey("Hide or show the drawing", "drawing"), "toggle-drawing", () => view.showDrawing(!view.drawingVisible));
    this.label = chooser("Label to draw", "label", (value) => {
      brush.label = Number(value);
      view.changed();
      acts.done();
    });
    this.amount = element("span", { class: "amount", "data-testid": "amount" });
    this.amounts = { signature: "", texts: /** @type {string[]} */ ([]) };
    this.swatch = element("span", { class: "swatch", "aria-hidden": "true" });
    this.saved = element("span", { class: "saved", role: "status", "data-testid": "saved" });
    this.reference = element("span", { class: "note reference", "data-testid": "reference" });
    this.rangeUnit = element("span");
    this.invert = iconButton("invert", withKey("Invert grey", "invert"), "invert", () => view.invert());
    this.planes = iconButton("planes", "", "toggle-planes", acts.planes);
    const reset = iconButton("reset", withKey("Reset zoom and window", "reset"), "reset-view", acts.reset);
    const help = iconButton("help", withKey("Keys and mouse", "help"), "show-help", acts.help);
    this.drawingTools = element("div", { class: "group" }, [
      this.deep, this.size.box, this.rangeBox(),
    ]);
    this.editing = element("div", { class: "group" }, [this.undo, this.redo, this.copy, this.between, this.clear, this.smooth, this.radius]);
    this.top = element("div", { class: "bar", role: "toolbar", "aria-label": "Tools" }, [
      element("div", { class: "group" }, this.tools.map(({ button }) => button)),
      element("div", { class: "group" }, [this.preset.select, this.invert, reset, this.planes]),
      this.editing,
      this.drawingTools,
    ]);
    this.labelBox = element("div", { class: "group" }, [this.swatch, this.label.select, this.amount, ...this.labelMaker(), this.eye]);
    this.bottom = element("div", { class: "bar" }, [this.labelBox, this.reference, this.saved, help]);
  }

  /** Inputs that limit drawing to a range of values. */
  rangeBox() {
    const on = element("input", { type: "checkbox", "data-testid": "hu-limit", "aria-label": "Draw only within a range of values" });
    const low = element("input", { type: "number", value: -100, step: 10, "aria-label": "lowest value drawn on", "data-testid": "hu-low" });
    const high = element("input", { type: "number", value: 300, step: 10, "aria-label": "highest value drawn on", "data-testid": "hu-high" });
    const read = () => {
      low.disabled = high.disabled = !on.checked;
      this.brush.range = on.checked ? { low: Number(low.value), high: Number(high.value) } : null;
    };
    for (const input of [on, low, high]) input.addEventListener("change", read);
    read();
    return element("label", { class: "range", title: "Brush, polygon, freehand and Grow change only pixels within this range" }, [
      on, this.rangeUnit, low, "–", high,
    ]);
  }

  /** A button that turns into a field for the name of a new label. */
  labelMaker() {
    const field = element("input", { type: "text", placeholder: "name of the new label", maxlength: 60, "aria-label": "name of the new label", "data-testid": "label-name" });
    field.hidden = true;
    const finish = (/** @type {boolean} */ keep) => {
      if (field.hidden) return;
      field.hidden = true;
      if (keep && field.value.trim()) this.acts.addLabel(field.value.trim());
      field.value = "";
      this.acts.done();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    field.addEventListener("blur", () => finish(true));
    const add = iconButton("plus", "Add a label", "add-label", () => {
      field.hidden = false;
      field.focus();
    });
    return [add, field];
  }

  /**
   * @param {import("../drawing/drawing.js").Drawing | null} drawing
   * @param {Status} status
   */
  draw(drawing, status) {
    const { scan, saving, reference } = status;
    const { brush, view } = this;
    for (const { tool, button } of this.tools) {
      button.setAttribute("aria-pressed", String(brush.tool === tool));
      if (tool !== "window") button.disabled = !drawing;
    }
    this.invert.setAttribute("aria-pressed", String(view.inverted));
    this.eye.setAttribute("aria-pressed", String(view.drawingVisible));
    this.drawPlanes(status.noPlanes);
    this.size.show(brush.size);
    this.drawDeep();
    setText(this.rangeUnit, scan.hounsfield ? "HU" : "grey");
    this.drawPreset();
    this.drawLabels(drawing, scan);
    setText(this.reference, reference ? `dashed: ${reference}` : "");
    const said = savingText(drawing, status);
    setText(this.saved, said);
    this.saved.title = said;
    this.saved.classList.toggle("late", ["late", "refused"].includes(saving.state) || status.outdated);
  }

  /** The brush is as large as it is drawn, and a ball as large as the body is. */
  sizeText() {
    const { size, deep, millimetres } = this.brush;
    return deep && millimetres !== null ? `${millimetres.toFixed(1)} mm` : String(size);
  }

  drawDeep() {
    const { brush } = this;
    const why = brush.canBeDeep ? "" : ": not here, for it is not known where the slices lie";
    const title = withKey("3-D: brush, eraser and Grow reach the slices around", "deep") + why;
    if (this.deep.title !== title) {
      this.deep.title = title;
      this.deep.setAttribute("aria-label", title);
    }
    this.deep.disabled = !brush.canBeDeep;
    this.deep.setAttribute("aria-pressed", String(brush.deep && brush.canBeDeep));
  }

  /** Radius of smoothing in mm, whatever stands in the field. */
  get smoothing() {
    const { valueAsNumber, min, max } = this.radius;
    return Math.min(Number(max), Math.max(Number(min), Number.isFinite(valueAsNumber) ? valueAsNumber : 1.5));
  }

  /** @param {string} why  Why there are no planes, or empty. */
  drawPlanes(why) {
    const title = withKey("Coronal and sagittal views", "planes");
    this.planes.disabled = why !== "";
    this.planes.title = why ? `${title}: none here. ${why}` : title;
    this.planes.setAttribute("aria-label", this.planes.title);
    this.planes.setAttribute("aria-pressed", String(this.view.planes && !why));
  }

  drawPreset() {
    const { width, level } = this.view.window;
    const presets = Object.entries(theme().windows);
    const match = presets.find(([, preset]) => preset.width === width && preset.level === level);
    /** @type {[string, string][]} */
    const options = presets.map(([name, { title, width: w, level: l }]) => [name, `${title} ${w}/${String(l).replace("-", "−")}`]);
    this.preset.show(match ? options : [["", "Window…"], ...options], match?.[0] ?? "");
  }

  /**
   * @param {import("../drawing/drawing.js").Drawing | null} drawing
   * @param {import("../sync/types.js").CaseView} scan
   */
  drawLabels(drawing, scan) {
    for (const part of [this.labelBox, this.editing, this.drawingTools]) part.toggleAttribute("inert", !drawing);
    if (!drawing) return;
    const amounts = this.amountsOf(drawing, scan);
    this.undo.disabled = drawing.history.past.length === 0;
    this.redo.disabled = drawing.history.future.length === 0;
    const titles = drawing.labels.map((name, i) => [name, i + 1 === this.brush.label ? "" : amounts[i]].filter(Boolean).join(" · "));
    this.label.show(titles.map((title, i) => [String(i + 1), title]), String(this.brush.label));
    setText(this.amount, amounts[this.brush.label - 1] ?? "");
    const drawn = drawing.labels.flatMap((name, i) => (amounts[i] ? [`${name}: ${amounts[i]}`] : []));
    this.amount.title = [...drawn, howCounted(scanOf(scan), scan.noStack)].join("\n");
    this.swatch.style.background = css(labelColour(this.brush.label));
  }

  /**
   * How much of each label is drawn, in a few letters; not counted anew in the middle of a stroke.
   *
   * @param {import("../drawing/drawing.js").Drawing} drawing
   * @param {import("../sync/types.js").CaseView} scan
   */
  amountsOf(drawing, scan) {
    const signature = `${scan.id} ${drawing.stamp} ${drawing.labels.length}`;
    const same = drawing.act !== null && this.amounts.texts.length === drawing.labels.length;
    if (signature !== this.amounts.signature && !same) {
      const texts = drawing.labels.map((_, i) => amountText(amountOf(drawing, i + 1, scanOf(scan))));
      this.amounts = { signature, texts };
    }
    return this.amounts.texts;
  }
}

/**
 * Whether the database has what is on the screen.
 *
 * @param {import("../drawing/drawing.js").Drawing | null} drawing
 * @param {Status} status
 */
function savingText(drawing, { saving: { state, why }, saved, drawn, met, outdated, offered }) {
  if (outdated) return "not saved: ctviz was updated; reload this page. Your drawing is kept in this browser.";
  if (state === "refused") return `not saved: ${why}`;
  if (state === "late") return "not saved: the server does not answer; trying again.";
  if (!drawing) return state === "saving" ? "saving…" : "Choose a reader to draw.";
  if (state === "saving") return "saving…";
  if (drawing.polygons.size) return "not saved: the polygon is not closed.";
  if (offered) return `not drawn yet: ${shownKey("close")} keeps it.`;
  const said = met ? ` · ${met}` : "";
  if (saved) return `saved ${saved}${said}`;
  return drawn ? `all saved${said}` : "nothing drawn yet";
}
