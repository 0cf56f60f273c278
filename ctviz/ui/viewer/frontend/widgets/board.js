/**
 * The whole board: large picture on the left, a pane for each estimator on the right, all linked.
 *
 * @typedef {import("../sync/types.js").BoardData} BoardData
 * @typedef {import("../sync/types.js").PaneView} PaneView
 * @typedef {import("../sync/session.js").Session} Session
 * @typedef {import("../picture/pixels.js").Picture} Picture
 */

import { AnswerLine } from "./answer-line.js";
import { apart } from "../picture/apart.js";
import { colourMap, commonLimit } from "../picture/colours.js";
import { BesidePane } from "./beside.js";
import { Cine } from "./cine.js";
import { element } from "./dom.js";
import { Editor } from "./editor.js";
import { EditorBar } from "./editor-bar.js";
import { clearSlice, copyNearest, fillBetween, smooth } from "../drawing/editing.js";
import { scanOf } from "../drawing/stack.js";
import { frameOf } from "../picture/geometry.js";
import { HeatmapBar, sortPanes } from "./heatmap-bar.js";
import { Help } from "./help.js";
import { Kept } from "../picture/kept.js";
import { OF_THE_PAGE, shortcutOf, withKey } from "./keys.js";
import { layOutPanes, stepOf } from "./layout.js";
import { Pane } from "./pane.js";
import { PlanesRow } from "./planes.js";
import { SliceRail } from "./rail.js";
import { SaveMenu } from "./save-menu.js";
import { MomentSwitch } from "./moment-switch.js";
import { copied, download, headingOf, tilesOf } from "./taking-home.js";
import { linesOf } from "../drawing/measurement.js";
import { nextMoment } from "../picture/moments.js";
import { outwards } from "../picture/pixels.js";
import { layOut, measurer, pngOf, svgOf } from "../picture/sheet.js";
import { Timings } from "./timings.js";
import { CONTRACT } from "../sync/types.js";
import { theme } from "../theme.js";

/**
 * Signs that the reader may be about to leave the board, the page or the browser.
 *
 * @type {{kind: string, target: () => EventTarget, capture: boolean}[]}
 */
const LEAVING = [
  { kind: "pointerdown", target: () => window, capture: true },
  { kind: "pagehide", target: () => window, capture: false },
  { kind: "blur", target: () => window, capture: false },
  { kind: "visibilitychange", target: () => document, capture: false },
];
/** Between the bar and the panes, in CSS pixels; as in style.css. */
const GAP = 6;
/** So many differences of two models' maps are kept: those on the screen, and of the slices beside. */
const KEPT_DIFFERENCES = 60;
/** Actions that move the picture. */
const MOVING = new Set(["scroll", "first", "last", "reset"]);

export class Board {
  /**
   * @param {HTMLElement | ShadowRoot} parent
   * @param {Session} session
   */
  constructor(parent, session) {
    this.session = session;
    this.timings = new Timings();
    /** @type {Map<string, Pane>} */
    this.panes = new Map();
    this.drawn = { stamp: "", slices: /** @type {number[]} */ ([]) };
    this.frame = 0;
    const { view, brush } = session;
    this.editor = new Editor(view, session.hand);
    this.rail = new SliceRail(view);
    this.planes = new PlanesRow(session);
    this.beside = new BesidePane(session);
    this.cine = new Cine(view, (slice) => session.slices.get(session.sliceUrl(slice)).state === "ready");
    /** The pane that has the board to itself, or null. @type {string | null} */
    this.enlarged = null;
    this.help = new Help(() => this.showHelp(false));
    this.editorBar = new EditorBar(view, brush, this.acts());
    this.saveMenu = new SaveMenu((kept) => this.save(kept));
    const sort = (/** @type {string} */ score) => {
      session.sort = score;
      this.arrange();
      this.focus();
    };
    this.heatmapBar = new HeatmapBar(view, this.saveMenu.root, { sort, perScreen: (count) => this.showPerScreen(count) });
    /** How many panes a screen has. */
    this.perScreen = 1;
    this.answer = new AnswerLine();
    this.secondAnswer = new AnswerLine("answer-second");
    this.differences = new Kept(KEPT_DIFFERENCES);
    this.momentSwitch = new MomentSwitch((moment) => view.turnTo(moment));
    this.grid = element("div", { class: "panes", "data-testid": "panes" });
    this.empty = element("p", { class: "centred" }, ["No heatmaps: choose a model and estimators above."]);
    this.slice = element("div", { class: "side slice" }, [
      this.editorBar.top,
      element("div", { class: "stage" }, [this.editor.root, this.rail.root, this.beside.root, this.momentSwitch.root]),
      this.planes.root,
      this.editorBar.bottom,
    ]);
    this.root = element("div", { class: "board", tabindex: 0, role: "application", "aria-label": "Case viewer", "data-testid": "board" }, [
      this.slice,
      element("div", { class: "side" }, [this.answer.root, this.secondAnswer.root, this.heatmapBar.root, this.grid]),
      this.help.root,
    ]);
    parent.append(this.root);
    this.listen();
  }

  /** @returns {import("./editor-bar.js").Acts} */
  acts() {
    const withDrawing = (/** @type {(drawing: import("../drawing/drawing.js").Drawing) => void} */ act) => () => {
      this.session.hand.leave();
      if (this.session.drawingSession) act(this.session.drawingSession.drawing);
      this.schedule();
    };
    const { view, brush, hand, scene, said } = this.session;
    const reporting = (/** @type {(drawing: import("../drawing/drawing.js").Drawing) => import("../drawing/editing.js").Report} */ act) =>
      withDrawing((drawing) => {
        const { sentence, done } = act(drawing);
        said.say(sentence, drawing, done);
      });
    const undo = withDrawing((drawing) => {
      if (hand.grower.giveUp()) return;
      if (brush.tool === "polygon" && brush.polygon) brush.back();
      else this.show(drawing.undo());
    });
    return {
      take: (tool) => hand.take(tool),
      undo: () => (hand.caliper.laid ? hand.cancel() : undo()),
      redo: withDrawing((drawing) => this.show(drawing.redo())),
      copy: withDrawing((drawing) => copyNearest(drawing, view.slice)),
      between: reporting((drawing) => fillBetween(drawing, view.slice, brush.label, scanOf(scene.grid))),
      smooth: reporting((drawing) => smooth(drawing, view.slice, brush.label, scene.grid.spacing, this.editorBar.smoothing)),
      deepen: () => hand.deepen(),
      clear: withDrawing((drawing) => clearSlice(drawing, view.slice)),
      planes: () => this.session.togglePlanes(),
      reset: () => {
        this.session.planes.reset();
        view.reset();
      },
      help: () => this.showHelp(!this.help.open),
      addLabel: (name) => withDrawing((drawing) => (brush.label = drawing.label(name)))(),
      done: () => this.focus(),
    };
  }

  /** @param {number[] | null} slices  That undo or redo changed: the nearest is shown. */
  show(slices) {
    const { view } = this.session;
    if (slices) view.goTo(outwards(view.slice, view.count).find((slice) => slices.includes(slice)) ?? view.slice);
  }

  /** @param {boolean} open */
  showHelp(open) {
    this.help.show(open);
    this.focus();
  }

  focus() {
    this.root.focus({ preventScroll: true });
  }

  listen() {
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keypress", (event) => event.stopPropagation());
    // Streamlit must hear that a key was let go, or it takes the next one for a chord.
    this.root.addEventListener("keyup", (event) => {
      if (!OF_THE_PAGE.has(shortcutOf(event)?.action ?? "")) event.stopPropagation();
    });
    this.root.addEventListener("pointerover", (event) => this.hover(event));
    this.root.addEventListener("pointerup", (event) => {
      if (!takesText(event.composedPath()[0])) this.focus();
    });
    this.moved = () => this.schedule();
    window.addEventListener("resize", this.moved);
    window.addEventListener("scroll", this.moved, { capture: true, passive: true });
    this.leaving = (/** @type {Event} */ event) => {
      if (!event.composedPath().includes(this.root)) this.session.hurry();
    };
    for (const { kind, target, capture } of LEAVING) target().addEventListener(kind, this.leaving, { capture });
    this.guard = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.session.wouldLose) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.guard);
    this.observer = new ResizeObserver(() => this.fitPanes());
    for (const place of [this.slice, this.answer.root, this.secondAnswer.root, this.heatmapBar.root]) this.observer.observe(place);
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const target = event.composedPath()[0];
    this.session.scene.hovered = target instanceof HTMLCanvasElement ? target : null;
    if (target instanceof HTMLCanvasElement && !this.isTyping()) this.focus();
  }

  /** Whether the keyboard is needed elsewhere: in a field of the board, an open list or a dialog. */
  isTyping() {
    const active = document.activeElement;
    if (!active || active === document.body) return false;
    const ours = active.shadowRoot?.activeElement;
    if (ours) return takesText(ours);
    return active.getAttribute("aria-expanded") === "true" || active.closest("[role=dialog]") !== null;
  }

  /**
   * Streamlit has keys of its own, so none leaves the board but those of the page's buttons.
   *
   * @param {KeyboardEvent} event
   */
  key(event) {
    const target = event.composedPath()[0];
    const { action = "" } = shortcutOf(event) ?? {};
    if (OF_THE_PAGE.has(action) && !takesText(target) && !this.session.hand.busy) return;
    event.stopPropagation();
    if (takesText(target) && ["Enter", "Escape"].includes(event.key)) this.focus();
    if (belongsTo(target, event.key)) return;
    const shortcut = shortcutOf(event);
    if (!shortcut || OF_THE_PAGE.has(action)) return;
    event.preventDefault();
    // As with the wheel, the picture stays as it is under the brush.
    if (this.session.hand.busy && MOVING.has(shortcut.action)) return;
    this.perform(shortcut.action, shortcut.value);
    this.schedule();
  }

  /**
   * @param {string} action
   * @param {number | string | undefined} value
   */
  perform(action, value) {
    const { view, brush, hand } = this.session;
    const acts = this.editorBar.acts;
    /** @type {Record<string, () => void>} */
    const performers = {
      scroll: () => view.goTo(view.slice + Number(value)),
      cine: () => this.cine.toggle(),
      first: () => view.goTo(0),
      last: () => view.goTo(view.count - 1),
      planes: acts.planes,
      cross: () => this.session.crossHere(),
      reset: acts.reset,
      preset: () => view.setWindow(theme().windows[String(value)]),
      invert: () => view.invert(),
      tool: () => hand.take(/** @type {import("../drawing/brush.js").Tool} */ (this.session.drawingSession ? value : "window")),
      size: () => brush.resize(brush.size + Number(value) * Math.max(1, Math.round(brush.size / 10))),
      deep: acts.deepen,
      between: acts.between,
      smooth: acts.smooth,
      close: () => hand.close(),
      back: () => hand.back(),
      remove: () => hand.caliper.remove(),
      cancel: () => this.cancel(),
      undo: acts.undo,
      redo: acts.redo,
      density: () => this.showPerScreen(stepOf(view.heatmaps.perScreen, this.perScreen, Number(value))),
      enlarge: () => this.enlargeHovered(),
      turn: () => this.turn(Number(value)),
      heatmaps: () => view.setHeatmaps({ visible: !view.heatmaps.visible }),
      drawing: () => view.showDrawing(!view.drawingVisible),
      moment: () => this.session.edit && view.turnTo(nextMoment(view.moment)),
      help: acts.help,
    };
    performers[action]();
  }

  /** Close what lies over the board, or else give up what is in the hand. */
  cancel() {
    if (this.help.open) this.showHelp(false);
    else if (this.enlarged !== null) this.enlarge(null);
    else if (this.planes.enlarged !== null) this.planes.enlarge(null);
    else this.session.hand.cancel();
  }

  /** @param {BoardData} data */
  update(data) {
    this.session.receive(data);
    // What has come may be older than what is known.
    if (this.session.data) {
      this.answer.update(this.session.data.answer);
      this.secondAnswer.update(this.session.data.secondAnswer);
    }
    this.arrange();
  }

  /** Make, update, remove and order the panes. */
  arrange() {
    const { data, view, sort } = this.session;
    if (!data) return;
    const kept = new Set(data.panes.map(({ id }) => id));
    for (const [id, pane] of this.panes) {
      if (kept.has(id)) continue;
      if (id === this.enlarged) this.enlarge(null);
      pane.close();
      this.panes.delete(id);
    }
    const ranged = new Set(data.panes.flatMap(({ scores }) => scores.filter(({ span }) => span).map(({ id }) => id)));
    const sorted = sortPanes(data.panes, sort, data.abreast).map((view_) => this.pane(view_, view, ranged).root);
    const children = sorted.length ? sorted : [this.empty];
    const same = children.length === this.grid.children.length && children.every((child, i) => this.grid.children[i] === child);
    if (!same) this.grid.replaceChildren(...children);
    this.fitPanes();
    this.schedule();
  }

  /**
   * @param {PaneView} pane
   * @param {import("../picture/view.js").SharedView} view
   * @param {Set<string>} ranged  Scores of which some pane has a range.
   */
  pane(pane, view, ranged) {
    let made = this.panes.get(pane.id);
    if (!made) {
      made = new Pane(pane.id, view, (kind, id) => this.session.command(kind, id), (id) => this.enlarge(this.enlarged === id ? null : id));
      this.panes.set(pane.id, made);
    }
    made.update(pane, ranged);
    return made;
  }

  /**
   * Give a pane the whole board, or all their places again.
   *
   * @param {string | null} id
   */
  enlarge(id) {
    this.enlarged = id;
    this.root.classList.toggle("enlarges", id !== null);
    for (const pane of this.panes.values()) pane.root.classList.toggle("enlarged", pane.id === id);
    if (id !== null) this.root.scrollIntoView({ block: "nearest" });
    this.schedule();
  }

  /** The pane under the pointer, else the first, gets the board; one that has it gives it back. */
  enlargeHovered() {
    if (this.enlarged !== null) return this.enlarge(null);
    const panes = [...this.panes.values()];
    const pane = panes.find(({ screen }) => screen.canvas === this.session.scene.hovered) ?? panes.find(({ root }) => root === this.grid.firstChild);
    if (pane) this.enlarge(pane.id);
  }

  /** @param {number} step  To another pane in the order of the screen, while one has the whole board. */
  turn(step) {
    if (this.enlarged === null || !this.session.data) return;
    const order = sortPanes(this.session.data.panes, this.session.sort, this.session.data.abreast).map(({ id }) => id);
    this.enlarge(order[(order.indexOf(this.enlarged) + step + order.length) % order.length]);
  }

  /** @param {number} count  Panes on a screen, or `AS_FITS`. */
  showPerScreen(count) {
    this.session.view.setHeatmaps({ perScreen: count });
    this.fitPanes();
    this.focus();
  }

  /** A screen's panes fill the room beside the slice; the others are beneath them. */
  fitPanes() {
    const { scene, view } = this.session;
    const above = [this.answer.root, this.secondAnswer.root, this.heatmapBar.root].map((bar) => Math.ceil(bar.getBoundingClientRect().height));
    const height = above.reduce((room, taken) => room - (taken && taken + GAP), Math.floor(this.slice.getBoundingClientRect().height));
    const { left, right, top, bottom } = frameOf(scene.grid);
    const [rowSpacing, columnSpacing] = scene.grid.spacing ?? [1, 1];
    const aspect = ((right - left) * columnSpacing) / ((bottom - top) * rowSpacing);
    const { columns, rows } = layOutPanes(this.panes.size, { width: this.grid.clientWidth, height }, aspect, view.heatmaps.perScreen, this.session.data?.abreast);
    this.perScreen = columns * rows;
    this.grid.style.minHeight = `${height}px`;
    this.grid.style.gridAutoRows = `${Math.floor((height - GAP * (rows - 1)) / rows)}px`;
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  }

  /**
   * Hand this view to the reader.
   *
   * @param {import("./save-menu.js").Kept} kept
   * @returns {Promise<string>}  What was done.
   */
  async save(kept) {
    const { data, scene } = this.session;
    if (kept === "link") return copied(location.href);
    if (!data || !scene.grey) throw new Error("There is no picture yet.");
    const panes = sortPanes(data.panes, this.session.sort, data.abreast).map(({ id }) => /** @type {Pane} */ (this.panes.get(id)));
    const sheet = layOut(headingOf(data, scene), tilesOf(scene, panes, this.heatmaps(data)), measurer());
    const name = `${data.case.id}-${String(scene.view.slice + 1).padStart(3, "0")}.${kept}`;
    download(kept === "png" ? await pngOf(sheet) : svgOf(sheet), name);
    this.session.command("exported", name);
    return `saved ${name}`;
  }

  schedule() {
    if (this.frame) return;
    this.timings.requested();
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    const { session } = this;
    const { data, scene, view, moment } = session;
    if (!data) return;
    const started = performance.now();
    const holding = session.sliceHeld;
    scene.render(holding.state === "ready" ? holding.picture : null, { moment, edit: session.edit?.pixels ?? "" });
    this.root.dataset.moment = moment;
    this.editor.draw(scene, holding.state === "failed" ? holding.message : holding.state === "loading" ? "Loading…" : "");
    session.grower.resume();
    this.editor.announcement.show(this.announced());
    this.planes.draw();
    this.beside.draw(scene);
    session.pixelScale = this.editor.screen.placement.scaleX;
    this.drawPanes(data);
    this.drawBars(data);
    this.timings.drawn(view.slice, started);
  }

  /**
   * What is offered to the reader, or else what was done last.
   *
   * @returns {import("./announcement.js").Announced | null}
   */
  announced() {
    const { hand, grower, said, drawingSession } = this.session;
    if (grower.shown) {
      const keep = { title: withKey("Keep", "close"), act: () => hand.close() };
      return { sentence: grower.text, choices: [keep, { title: withKey("Give up", "cancel"), act: () => hand.cancel() }] };
    }
    const latest = said.of(drawingSession?.drawing ?? null);
    if (!latest) return null;
    const undo = { title: withKey("Undo", "undo"), act: () => this.editorBar.acts.undo() };
    return { sentence: latest.sentence, choices: [...(latest.undoes ? [undo] : []), { title: "Close", act: () => said.forget() }] };
  }

  /** @param {BoardData} data */
  drawPanes(data) {
    const heatmaps = this.heatmaps(data);
    for (const pane of this.panes.values()) {
      if (this.enlarged !== null && pane.id !== this.enlarged) continue;
      const { top, bottom } = pane.root.getBoundingClientRect();
      if (top > window.innerHeight || bottom < 0) continue;
      pane.draw(this.session.scene, heatmaps.of(pane));
    }
  }

  /**
   * What there is of each pane's heatmap, and how it looks.
   *
   * @param {BoardData} data
   */
  heatmaps(data) {
    const { scene, view, maps, moment, moments } = this.session;
    const { signed, signedMap, absoluteMap, opacity, threshold, sameScale } = view.heatmaps;
    const look = { signed, colours: signed ? colourMap("signed", signedMap) : colourMap("absolute", absoluteMap), opacity, threshold };
    const holdings = new Map(
      data.panes.map(({ id, maps: urls }) => {
        const url = scene.mapsFit ? urls[String(view.slice)] : undefined;
        return [id, url === undefined ? null : maps.get(url)];
      }),
    );
    const common = commonLimit(
      data.panes.map(({ id, control }) => {
        const holding = holdings.get(id);
        return { control, robust: holding?.state === "ready" ? holding.picture.robust : null };
      }),
    );
    const limitOf = (/** @type {string} */ id) => {
      const holding = holdings.get(id);
      return sameScale ? common : holding?.state === "ready" ? holding.picture.robust : 0;
    };
    const of = (/** @type {Pane} */ pane) => {
      if (pane.pane?.apart.length) return this.apart(pane.pane, look, holdings, limitOf);
      const { edited, editedNote } = /** @type {PaneView} */ (pane.pane);
      const url = scene.mapsFit ? pane.mapOf(view.slice) : undefined;
      const holding = moments.of(moment, maps, url, edited);
      const picture = holding?.state === "ready" ? holding.picture : null;
      const message = holding?.state === "failed" ? holding.message : "";
      // An edited slice's map is seen as strong as it is beside the original's.
      const limit = limitOf(pane.id);
      const awaited = holding === null && moment !== "original" ? editedNote : "";
      return { look, picture, limit, shared: sameScale, message, awaited, of: `${moment} ${url} ${edited}`, ...this.errorBars(pane.pane) };
    };
    return { of };
  }

  /**
   * Where the maps of two panes differ, as soon as both are here.
   *
   * @param {PaneView} pane
   * @param {import("../picture/colours.js").HeatmapLook} look
   * @param {Map<string, import("../picture/pixels.js").Holding | null | undefined>} holdings
   * @param {(pane: string) => number} limitOf  What full colour stands for in a pane.
   */
  apart(pane, look, holdings, limitOf) {
    const { view, moment } = this.session;
    const [one, other] = pane.apart.map((id) => holdings.get(id));
    const [a, b] = pane.apart.map(limitOf);
    const of = `${pane.apart.map((id) => this.session.mapUrl(id)).join(" ")} ${a} ${b} ${look.signed}`;
    const here = moment === "original" && one?.state === "ready" && other?.state === "ready";
    return {
      look: { ...look, signed: true, colours: colourMap("signed", view.heatmaps.signedMap) },
      picture: here ? this.differences.of(of, () => apart(one.picture, other.picture, [a, b], look.signed)) : null,
      limit: 1,
      shared: false,
      message: "",
      awaited: moment === "original" ? "Waiting for both maps …" : pane.editedNote,
      of,
      stronger: null,
      halfWidths: null,
    };
  }

  /**
   * What is here of the error bars of a pane's map: those of regions nobody has asked for.
   *
   * @param {PaneView | null} pane
   */
  errorBars(pane) {
    const { scene, view, maps } = this.session;
    const [stronger, halfWidths] = [pane?.stronger, pane?.halfWidths].map((urls) => {
      const url = scene.mapsFit && !view.heatmaps.regions && scene.moment === "original" ? urls?.[String(view.slice)] : undefined;
      const holding = url === undefined ? null : maps.get(url);
      return holding?.state === "ready" ? holding.picture : null;
    });
    return { stronger, halfWidths };
  }

  /** @param {BoardData} data */
  drawBars(data) {
    const { drawingSession, sort } = this.session;
    const measured = [...(drawingSession?.drawing.measurements.values() ?? [])].map(({ slice }) => slice);
    this.rail.draw([...new Set([...this.drawnSlices(), ...measured])], Object.keys(data.reference?.slices ?? {}).map(Number), this.filledSlices());
    this.editorBar.draw(drawingSession?.drawing ?? null, {
      scan: data.case,
      saving: this.session.saving,
      saved: data.saved,
      met: this.session.met,
      outdated: data.contract !== CONTRACT,
      offered: this.session.grower.shown !== null,
      drawn: this.drawnSlices().length + measured.length > 0,
      reference: data.reference?.name ?? null,
      noPlanes: data.case.noStack,
    });
    for (const answer of [this.answer, this.secondAnswer]) answer.draw(this.session.view.slice !== this.session.scene.answered.slice);
    this.heatmapBar.draw(data.panes, sort, data.busy, data.idleChecks);
    this.momentSwitch.draw(this.session.edit !== null, this.session.moment);
  }

  drawnSlices() {
    const drawing = this.session.drawingSession?.drawing;
    if (!drawing) return [];
    if (drawing.act && this.drawn.stamp.startsWith(`${drawing.id}.`)) return this.drawn.slices;
    if (this.drawn.stamp !== drawing.stamp) this.drawn = { stamp: drawing.stamp, slices: drawing.drawnSlices() };
    return this.drawn.slices;
  }

  /** Slices that were filled between drawn ones and not touched since, with whatever label. */
  filledSlices() {
    const drawing = this.session.drawingSession?.drawing;
    return drawing ? drawing.labels.flatMap((_, i) => drawing.filledSlices(i + 1)) : [];
  }

  /** What tests and benchmarks may look at. */
  inspect() {
    const { view, drawingSession, data, scene, brush, hand } = this.session;
    const labels = drawingSession?.drawing.slices.get(view.slice);
    return {
      element: this.root,
      timings: this.timings.list,
      slice: view.slice,
      sliceShown: scene.shown && scene.moment === this.session.moment,
      moment: this.session.moment,
      edit: this.session.edit,
      zoom: view.zoom,
      placement: { ...this.editor.screen.placement },
      window: { ...view.window },
      tool: brush.tool,
      case: data?.case.id ?? null,
      reader: data?.drawing?.reader ?? null,
      panes: [...this.panes.values()].map((pane) => ({ id: pane.id, state: pane.pane?.state, shown: pane.shown })),
      drawnPixels: labels ? labels.reduce((count, label) => count + (label ? 1 : 0), 0) : 0,
      stamp: drawingSession?.drawing.stamp ?? "",
      drawnSlices: [...this.drawnSlices()].sort((a, b) => a - b),
      filledSlices: this.filledSlices().sort((a, b) => a - b),
      offered: this.session.grower.text,
      drawing: hand.busy,
      measurements: hand.caliper.shown.map(({ name, measurement }) => ({ name, ...measurement, lines: linesOf(measurement, scene.grid, scene.quantity) })),
      selected: hand.caliper.selected,
      planes: this.planes.inspect(),
      beside: this.beside.inspect(),
      pending: this.session.savers.flatMap(({ box }) => (box.empty ? [] : box.pending)),
      saving: this.session.saving.state,
    };
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.cine.stop();
    this.session.detach(this);
    this.observer?.disconnect();
    if (this.guard) window.removeEventListener("beforeunload", this.guard);
    if (this.moved) window.removeEventListener("resize", this.moved);
    if (this.moved) window.removeEventListener("scroll", this.moved, { capture: true });
    const { leaving } = this;
    if (leaving) for (const { kind, target, capture } of LEAVING) target().removeEventListener(kind, leaving, { capture });
    for (const pane of this.panes.values()) pane.close();
    this.planes.close();
    this.beside.close();
    this.editor.close();
    this.root.remove();
  }
}

/** @param {EventTarget | undefined} target */
function takesText(target) {
  if (target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && ["text", "number"].includes(target.type);
}

/**
 * Whether a key means something to the element that has the focus.
 *
 * @param {EventTarget | undefined} target
 * @param {string} key
 */
function belongsTo(target, key) {
  if (takesText(target)) return true;
  if (target instanceof HTMLInputElement && target.type === "range") return /^(Arrow|Page|Home|End)/.test(key);
  return (target instanceof HTMLButtonElement || target instanceof HTMLInputElement) && [" ", "Enter"].includes(key);
}
