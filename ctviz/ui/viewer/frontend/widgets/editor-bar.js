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
 * @property {() => void} clear
 * @property {() => void} planes
 * @property {() => void} reset
 * @property {() => void} help
 * @property {(name: string) => void} addLabel
 * @property {() => void} done  Gives the keyboard back to the board.
 *
 * @typedef {object} Status
 * @property {boolean} hounsfield
 * @property {{state: import("../sync/saver.js").SavingState, why: string}} saving
 * @property {string | null} saved  When this page last saved something.
 * @property {string} met  What was drawn elsewhere under the same name, or empty.
 * @property {boolean} outdated  Whether the page is older than its server.
 * @property {boolean} drawn  Whether there is a drawing.
 * @property {string | null} reference
 * @property {string} noPlanes  Why no plane can cross the slices, or empty.
 */

import { css, labelColour } from "../picture/colours.js";
import { chooser, element, iconButton, setText, slider } from "./dom.js";
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
      title: "Size", help: `Diameter of the brush in pixels ( ${shownKey("size", -1)} and ${shownKey("size", 1)} )`, testId: "brush-size",
      range: { low: SIZES.low, high: SIZES.high, step: 1 },
      text: (value) => String(value), changed: (value) => brush.resize(value),
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
    this.between = iconButton("between", "Fill the slices between the drawn ones before and after this", "fill-between", acts.between);
    this.eye = iconButton("eye", withKey("Hide or show the drawing", "drawing"), "toggle-drawing", () => view.showDrawing(!view.drawingVisible));
    this.label = chooser("Label to draw", "label", (value) => {
      brush.label = Number(value);
      view.changed();
      acts.done();
    });
    this.swatch = element("span", { class: "swatch", "aria-hidden": "true" });
    this.saved = element("span", { class: "saved", role: "status", "data-testid": "saved" });
    this.reference = element("span", { class: "note reference", "data-testid": "reference" });
    this.rangeUnit = element("span");
    this.invert = iconButton("invert", withKey("Invert grey", "invert"), "invert", () => view.invert());
    this.planes = iconButton("planes", "", "toggle-planes", acts.planes);
    const reset = iconButton("reset", withKey("Reset zoom and window", "reset"), "reset-view", acts.reset);
    const help = iconButton("help", withKey("Keys and mouse", "help"), "show-help", acts.help);
    this.drawingTools = element("div", { class: "group" }, [
      this.size.box, this.rangeBox(),
    ]);
    this.editing = element("div", { class: "group" }, [this.undo, this.redo, this.copy, this.between, this.clear]);
    this.top = element("div", { class: "bar", role: "toolbar", "aria-label": "Tools" }, [
      element("div", { class: "group" }, this.tools.map(({ button }) => button)),
      element("div", { class: "group" }, [this.preset.select, this.invert, reset, this.planes]),
      this.editing,
      this.drawingTools,
    ]);
    this.labelBox = element("div", { class: "group" }, [this.swatch, this.label.select, ...this.labelMaker(), this.eye]);
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
    return element("label", { class: "range", title: "Brush, polygon and freehand change only pixels within this range" }, [
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
    const { hounsfield, saving, reference } = status;
    const { brush, view } = this;
    for (const { tool, button } of this.tools) {
      button.setAttribute("aria-pressed", String(brush.tool === tool));
      if (tool !== "window") button.disabled = !drawing;
    }
    this.invert.setAttribute("aria-pressed", String(view.inverted));
    this.eye.setAttribute("aria-pressed", String(view.drawingVisible));
    this.drawPlanes(status.noPlanes);
    this.size.show(brush.size);
    setText(this.rangeUnit, hounsfield ? "HU" : "grey");
    this.drawPreset();
    this.drawLabels(drawing);
    setText(this.reference, reference ? `dashed: ${reference}` : "");
    const said = savingText(drawing, status);
    setText(this.saved, said);
    this.saved.title = said;
    this.saved.classList.toggle("late", ["late", "refused"].includes(saving.state) || status.outdated);
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

  /** @param {import("../drawing/drawing.js").Drawing | null} drawing */
  drawLabels(drawing) {
    for (const part of [this.labelBox, this.editing, this.drawingTools]) part.toggleAttribute("inert", !drawing);
    if (!drawing) return;
    this.undo.disabled = drawing.history.past.length === 0;
    this.redo.disabled = drawing.history.future.length === 0;
    this.label.show(drawing.labels.map((name, i) => [String(i + 1), name]), String(this.brush.label));
    this.swatch.style.background = css(labelColour(this.brush.label));
  }
}

/**
 * Whether the database has what is on the screen.
 *
 * @param {import("../drawing/drawing.js").Drawing | null} drawing
 * @param {Status} status
 */
function savingText(drawing, { saving: { state, why }, saved, drawn, met, outdated }) {
  if (outdated) return "not saved: ctviz was updated; reload this page. Your drawing is kept in this browser.";
  if (state === "refused") return `not saved: ${why}`;
  if (state === "late") return "not saved: the server does not answer; trying again.";
  if (!drawing) return state === "saving" ? "saving…" : "Choose a reader to draw.";
  if (state === "saving") return "saving…";
  if (drawing.polygons.size) return "not saved: the polygon is not closed.";
  const said = met ? ` · ${met}` : "";
  if (saved) return `saved ${saved}${said}`;
  return drawn ? `all saved${said}` : "nothing drawn yet";
}
