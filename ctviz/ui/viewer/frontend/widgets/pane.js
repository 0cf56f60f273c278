/**
 * One estimator: the slice with its heatmap, its colour bar, its scores, or what keeps them from being there.
 *
 * @typedef {import("../sync/types.js").PaneView} PaneView
 * @typedef {import("../sync/types.js").ScoreText} ScoreText
 * @typedef {import("../picture/colours.js").HeatmapLook} HeatmapLook
 * @typedef {import("../picture/pixels.js").Picture} Picture
 * @typedef {import("../picture/scene.js").Scene} Scene
 *
 * @typedef {(kind: "cancel" | "compute" | "remove", pane: string) => void} Command
 */

import { css, faded, heat, heatRamp, limitText, lookSignature, paintHeat } from "../picture/colours.js";
import { element, iconButton, setText } from "./dom.js";
import { withKey } from "./keys.js";
import { pixelAt } from "../picture/geometry.js";
import { listen } from "../drawing/gestures.js";
import { Layer } from "../picture/layer.js";
import { Screen } from "../picture/screen.js";

/** A mark for each verdict, so that it is not told by colour alone. */
const MARKS = { passed: "✓", "not passed": "✗", "not yet known": "?", "not applicable": "–" };

/** So many scores stand in one line, of more each line has as many as fit. */
const ONE_LINE = 6;

export class Pane {
  /**
   * @param {string} id
   * @param {import("../picture/view.js").SharedView} view
   * @param {Command} command
   * @param {(pane: string) => void} enlarge  To the whole board and back.
   */
  constructor(id, view, command, enlarge) {
    this.id = id;
    /** @type {PaneView | null} */
    this.pane = null;
    this.layer = new Layer();
    this.barSignature = "";
    this.scoresSignature = "";
    /** What the pane shows now: "map", "loading", "asking", "failed", "progress" or "none". */
    this.shown = "none";
    this.screen = new Screen(`pane-canvas-${id}`, () => view.changed());
    this.deafen = listen(this.screen, view, null);
    this.screen.canvas.addEventListener("dblclick", () => enlarge(id));
    const whole = iconButton("enlarge", withKey("Whole board and back", "enlarge"), `pane-enlarge-${id}`, () => enlarge(id));
    this.mark = element("span", { class: "mark", "aria-hidden": "true" });
    this.title = element("span", { class: "title" });
    this.whose = element("span", { class: "tag whose", "data-testid": `pane-whose-${id}` });
    this.model = element("span", { class: "model" });
    this.control = element("span", { class: "tag", title: "A control does not look at the model's evidence." }, ["control"]);
    this.verdict = element("span");
    this.badge = element("span", { class: "badge", role: "img", "data-testid": `pane-badge-${id}` }, [
      element("span", { class: "word" }, ["sanity "]), this.verdict,
    ]);
    this.gap = element("span", { class: "badge gap", role: "img", "data-testid": `pane-gap-${id}` });
    this.beside = element("span", { class: "badge gap", role: "img", "data-testid": `pane-beside-${id}` });
    this.seconds = element("span", { class: "seconds", "data-testid": `pane-seconds-${id}` });
    this.remove = iconButton("close", "Remove this estimator", `pane-remove-${id}`, () => command("remove", id));
    this.value = element("div", { class: "corner low left", "data-testid": `pane-value-${id}` });
    this.sentence = element("p", { "data-testid": `pane-message-${id}` });
    this.progress = element("progress", { max: 1, "aria-label": "progress", "data-testid": `pane-progress-${id}` });
    this.cancel = textButton("Cancel", `pane-cancel-${id}`, () => command("cancel", id));
    this.compute = textButton("Compute", `pane-compute-${id}`, () => command("compute", id));
    this.notice = element("div", { class: "notice" }, [this.sentence, this.progress, this.cancel, this.compute]);
    this.low = element("span");
    this.high = element("span");
    this.strip = element("canvas", { width: 120, height: 1, "aria-hidden": "true" });
    this.scaleNote = element("span", { class: "note" });
    this.bar = element("div", { class: "colour-bar", "data-testid": `pane-bar-${id}` }, [
      this.strip, this.low, this.high, this.scaleNote,
    ]);
    this.chance = element("p", { class: "chance", "data-testid": `pane-chance-${id}` });
    this.scores = element("dl", { class: "scores", "data-testid": `pane-scores-${id}` });
    const header = element("header", { title: withKey("Whole board and back: click", "enlarge") }, [
      this.mark, this.whose, this.title, this.model, this.control, this.badge, this.beside, this.gap, this.seconds, whole, this.remove,
    ]);
    header.addEventListener("click", ({ target, detail }) => {
      // A double click is one wish, too.
      if (detail < 2 && !(target instanceof Element && target.closest("button"))) enlarge(id);
    });
    this.root = element("section", { class: "pane", "data-testid": `pane-${id}` }, [
      header,
      element("div", { class: "body" }, [
        element("div", { class: "picture" }, [this.screen.canvas, this.value, this.notice]),
        element("div", { class: "facts" }, [this.bar, this.scores, this.chance]),
      ]),
    ]);
  }

  /**
   * @param {PaneView} pane
   * @param {Set<string>} ranged  Scores of which some pane has a range, so that all leave room for it.
   */
  update(pane, ranged) {
    this.pane = pane;
    setText(this.title, pane.title);
    setText(this.mark, pane.glyph);
    this.root.style.setProperty("--mark", pane.colour);
    this.title.title = pane.help;
    this.whose.hidden = pane.model === "";
    setText(this.whose, pane.model);
    setText(this.model, pane.modelTitle);
    this.whose.title = pane.apart.length ? pane.help : pane.modelTitle;
    this.model.title = pane.modelTitle;
    this.root.setAttribute("aria-label", [pane.title, pane.model, pane.modelTitle].filter(Boolean).join(", "));
    if (pane.id.includes("@")) this.remove.title = "Take the second model away";
    this.root.classList.toggle("is-control", pane.control);
    this.control.hidden = !pane.control;
    setText(this.seconds, pane.seconds === null ? "" : `${pane.seconds.toFixed(1)} s`);
    this.updateBadge(pane.badge);
    updateRemark(this.gap, pane.gap);
    updateRemark(this.beside, pane.beside);
    this.updateScores(pane.scores, ranged);
    setText(this.chance, pane.chance);
    this.chance.hidden = pane.chance === "";
    this.value.title = pane.interval;
  }

  /** @param {import("../sync/types.js").Badge | null} badge */
  updateBadge(badge) {
    this.badge.hidden = badge === null;
    if (!badge) return;
    const said = `Sanity check ${badge.verdict}. ${badge.why}`;
    this.badge.className = `badge ${badge.verdict.replaceAll(" ", "-")}`;
    setText(this.verdict, MARKS[badge.verdict]);
    this.badge.title = said;
    this.badge.setAttribute("aria-label", said);
  }

  /**
   * @param {ScoreText[]} scores
   * @param {Set<string>} ranged
   */
  updateScores(scores, ranged) {
    const signature = JSON.stringify([scores, [...ranged]]);
    if (signature === this.scoresSignature) return;
    this.scoresSignature = signature;
    this.scores.classList.toggle("many", scores.length > ONE_LINE);
    this.scores.replaceChildren(...scores.map((score) => this.score(score, ranged.has(score.id))));
  }

  /**
   * @param {ScoreText} score
   * @param {boolean} ranged  Whether there is room for a range.
   */
  score({ id, title, text, why, better, best, beatenBy, help, span, byChoice }, ranged) {
    const beaten = beatenBy && `Not better than ${beatenBy}.`;
    const hint = [why, beaten, byChoice, help, `${title}: ${better} is better.`].filter(Boolean).join("\n");
    const standing = `${best ? " best" : beatenBy ? " beaten" : ""}${ranged ? " ranged" : ""}`;
    const range = span ? [element("dd", { class: "span" }, [span])] : [];
    // Where there is too little room, the longest name is cut and no other.
    return element("div", { class: `score${standing}`, style: `flex-shrink: ${title.length ** 4}`, title: hint, "data-testid": `score-${this.id}-${id}` }, [
      element("dt", {}, [
        element("span", { class: "name" }, [title]),
        element("span", { class: "direction" }, [better === "higher" ? "↑" : "↓"]),
      ]),
      element("dd", {}, [text]),
      ...range,
    ]);
  }

  /** URL of the map of a slice, or undefined. */
  mapOf(/** @type {number} */ slice) {
    return this.pane?.maps[String(slice)];
  }

  /**
   * @param {Scene} scene
   * @param {{look: HeatmapLook, picture: Picture | null, limit: number, shared: boolean, message: string, awaited: string,
   *   of: string, stronger: Picture | null, halfWidths: Picture | null}} heatmap
   */
  draw(scene, heatmap) {
    if (this.screen.empty && !this.screen.fit()) return;
    this.paint(this.screen, scene, heatmap);
    if (scene.view.cursor && scene.hovered !== this.screen.canvas) this.screen.crosshair(scene.view.cursor);
    this.showValue(scene, heatmap);
    this.showBar(heatmap);
    this.showNotice(scene, heatmap);
    this.scores.classList.toggle("stale", !scene.scoresFit);
    this.chance.classList.toggle("stale", scene.view.slice !== scene.answered.slice);
  }

  /**
   * The slice, the heatmap over it and the outlines.
   *
   * @param {import("../picture/plate.js").Plate} plate
   * @param {Scene} scene
   * @param {{look: HeatmapLook, picture: Picture | null, limit: number, of: string, stronger: Picture | null}} heatmap
   */
  paint(plate, scene, { look, picture, limit, of, stronger }) {
    plate.start(scene.grid, scene.view);
    if (scene.grey) plate.image(scene.grey);
    if (picture && scene.view.heatmaps.visible) plate.image(this.coloured(scene, look, picture, { limit, of, stronger }));
    scene.drawOutlines(plate, 1);
    scene.drawMeasurements(plate, picture ? importance(picture, look.signed) : scene.quantity);
  }

  /**
   * @param {Scene} scene
   * @param {HeatmapLook} look
   * @param {Picture} picture
   * @param {{limit: number, of: string, stronger: Picture | null}} how  `of` tells which map it is.
   */
  coloured(scene, look, picture, { limit, of, stronger }) {
    const fades = stronger ? this.pane?.stronger[String(scene.view.slice)] : "";
    const signature = `${of} ${fades} ${limit} ${lookSignature(look)}`;
    this.layer.update(scene.grid, signature, (rgba) => {
      const chance = stronger && { stronger: stronger.values, ramp: heatRamp(faded(look)) };
      paintHeat(picture.values, picture.scale / 32767 / limit, heatRamp(look), rgba, chance);
    });
    return this.layer.canvas;
  }

  /**
   * @param {Scene} scene
   * @param {{look: HeatmapLook, picture: Picture | null, halfWidths: Picture | null}} heatmap
   */
  showValue({ view, grid }, { look, picture, halfWidths }) {
    const index = view.cursor && picture ? pixelAt(grid, view.cursor) : -1;
    const [value, reach] = [picture, halfWidths].map((of) => (of && index >= 0 ? (of.values[index] * of.scale) / 32767 : null));
    const range = reach === null ? "" : ` ± ${limitText(reach, 2)}`;
    setText(this.value, value === null ? "" : `${limitText(look.signed ? value : Math.abs(value))}${range}`);
  }

  /**
   * @param {{look: HeatmapLook, picture: Picture | null, limit: number, shared: boolean}} heatmap
   */
  showBar({ look, picture, limit, shared }) {
    this.bar.style.visibility = picture ? "visible" : "hidden";
    const signature = `${limit} ${shared} ${lookSignature(look)}`;
    if (!picture || signature === this.barSignature) return;
    this.barSignature = signature;
    paintStrip(this.strip, look);
    if (this.pane?.apart.length) return this.nameBar();
    setText(this.low, look.signed ? limitText(-limit, 2) : "0");
    setText(this.high, limitText(limit, 2));
    setText(this.scaleNote, shared ? "same scale" : "99.5th percentile");
    this.bar.title = shared
      ? "Full colour stands for the largest 99.5th percentile of |value| among all panes."
      : "Full colour stands for the 99.5th percentile of |value| in this map.";
  }

  /** Say what the colours of a difference stand for. */
  nameBar() {
    setText(this.low, "B higher");
    setText(this.high, "A higher");
    setText(this.scaleNote, "in shares of full colour");
    this.bar.title =
      "Each map is divided by what full colour stands for in its own picture, its 99.5th percentile of |value| or the same scale, then B is subtracted from A. Full colour: one is as strong as it gets, the other says nothing.";
  }

  /**
   * @param {Scene} scene
   * @param {{picture: Picture | null, message: string, awaited: string}} heatmap
   */
  showNotice(scene, { picture, message, awaited }) {
    const state = this.notable(scene, picture, message, awaited);
    this.shown = state.shown;
    this.notice.hidden = state.shown === "map";
    this.notice.className = `notice ${state.shown}`;
    setText(this.sentence, state.sentence);
    this.progress.hidden = state.shown !== "progress" && state.shown !== "asking";
    if (state.progress === null) this.progress.removeAttribute("value");
    else this.progress.value = state.progress;
    this.cancel.hidden = state.shown !== "progress";
    this.compute.hidden = !state.computable;
    setText(this.compute, state.shown === "failed" ? "Try again" : "Compute");
  }

  /**
   * @param {Scene} scene
   * @param {Picture | null} picture
   * @param {string} message  Why the map of this slice could not be fetched, or empty.
   * @param {string} awaited  What keeps the edited slice's map from being there, if that is to be shown.
   */
  notable({ view, mapsFit, answered }, picture, message, awaited) {
    const quiet = { sentence: "", progress: /** @type {number | null} */ (null), computable: false };
    if (picture) return { ...quiet, shown: "map" };
    if (this.pane?.apart.length) return { ...quiet, shown: "none", sentence: awaited };
    if (message) return { ...quiet, shown: "failed", sentence: message, computable: true };
    if (awaited) return { ...quiet, shown: "asking", sentence: awaited };
    if (mapsFit && this.mapOf(view.slice)) return { ...quiet, shown: "loading", sentence: "Loading the map…" };
    if (!mapsFit || view.slice !== answered.slice) return { ...quiet, shown: "asking", sentence: `Asking for slice ${view.slice + 1}…` };
    const { state, progress, message: said } = /** @type {PaneView} */ (this.pane);
    if (state === "running") {
      return { ...quiet, shown: "progress", sentence: said || `Computing ${percent(progress)}`, progress };
    }
    if (state === "queued") return { ...quiet, shown: "progress", sentence: said || "Waiting for its turn" };
    if (state === "waiting") return { ...quiet, shown: "none", sentence: said, computable: true };
    if (state === "failed") return { ...quiet, shown: "failed", sentence: said, computable: true };
    if (state === "cancelled") return { ...quiet, shown: "none", sentence: said || "Cancelled.", computable: true };
    return { ...quiet, shown: "asking", sentence: "Asking for this map…" };
  }

  close() {
    this.deafen();
    this.screen.close();
    this.root.remove();
  }
}

/**
 * The numbers of a map as they are read, of which an area has a mean.
 *
 * @param {Picture} picture
 * @param {boolean} signed
 * @returns {import("../drawing/measurement.js").Quantity}
 */
function importance({ values, scale }, signed) {
  const read = (/** @type {number} */ value) => ((signed ? value : Math.abs(value)) * scale) / 32767;
  return { values, name: signed ? "signed" : "absolute", read, write: ({ mean }) => [`mean ${limitText(mean)}`] };
}

/**
 * @param {string} text
 * @param {string} testId
 * @param {() => void} act
 */
function textButton(text, testId, act) {
  const button = element("button", { type: "button", "data-testid": testId }, [text]);
  button.addEventListener("click", act);
  return button;
}

/** @param {number | null} share */
function percent(share) {
  return share === null ? "" : `${Math.round(share * 100)} %`;
}

/**
 * The colours of the scale, as strong as they are over the slice.
 *
 * @param {HTMLCanvasElement} strip
 * @param {HeatmapLook} look
 */
function paintStrip(strip, look) {
  const context = strip.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, strip.width, strip.height);
  for (let x = 0; x < strip.width; x++) {
    const place = (x + 0.5) / strip.width;
    const { colour, alpha } = heat(look.signed ? 2 * place - 1 : place, look);
    context.fillStyle = css(colour, alpha);
    context.fillRect(x, 0, 1, strip.height);
  }
}

/**
 * Shows a number about the map itself, with what it means.
 * @param {HTMLElement} badge
 * @param {import("../sync/types.js").Remark | null} remark
 */
function updateRemark(badge, remark) {
  badge.hidden = remark === null;
  if (!remark) return;
  badge.classList.toggle("warns", remark.warns);
  setText(badge, remark.text);
  badge.title = remark.why;
  badge.setAttribute("aria-label", `${remark.text}. ${remark.why}`);
}
