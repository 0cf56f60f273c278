/**
 * What outlives a rerun and a remount of the board: the view, fetched pictures and drawings.
 *
 * @typedef {import("./types.js").BoardData} BoardData
 */

import { showInAddress } from "./address.js";
import { Courier } from "./courier.js";
import { DrawingSession } from "./drawing-session.js";
import { Leisure } from "./leisure.js";
import { Mailbox } from "./mailbox.js";
import { Orders } from "./orders.js";
import { Leftovers } from "./outbox.js";
import { BesideCase } from "../picture/beside-view.js";
import { Brush } from "../drawing/brush.js";
import { Caliper } from "../drawing/caliper.js";
import { Grower } from "../drawing/grower.js";
import { Hand } from "../drawing/hand.js";
import { Moments } from "../picture/moments.js";
import { Said } from "../drawing/said.js";
import { scanOf } from "../drawing/stack.js";
import { PixelStore, outwards } from "../picture/pixels.js";
import { Planes } from "../picture/planes.js";
import { Preferences, readPreferences } from "./preferences.js";
import { Pulse } from "./pulse.js";
import { Saver } from "./saver.js";
import { Scene } from "../picture/scene.js";
import { SchemeWatch } from "./scheme.js";
import { SliceReport } from "./slice-report.js";
import { CONTRACT } from "./types.js";
import { SharedView } from "../picture/view.js";

const MEGABYTE = 2 ** 20;
/** Names of the triggers that let the whole page run, or the board's part of it. */
const RING = "ring";
const RUN = "run";
/** Name of the message that brings a letter. */
const DRAWING = "drawing";
/** So long the doorbell is not rung again for a tab that is turned away. */
const SEEK_MS = 5000;
/** Attempts that go unheard before the doorbell is rung. */
const RING_AFTER = 2;
/** Slices on either side whose maps are fetched ahead. */
const MAPS_AHEAD = 3;

export class Session {
  constructor() {
    /** Called when something that is shown has changed. */
    this.changed = () => {};
    /** @type {(data: BoardData) => void} Shows what Python says. */
    this.show = (data) => this.receive(data);
    /** @type {(name: string, value: unknown) => void} */
    this.trigger = () => {};
    const changed = () => this.changed();
    this.view = new SharedView(() => this.viewChanged());
    this.preferences = new Preferences(browserStore());
    Object.assign(this.view.heatmaps, readPreferences(browserStore()));
    this.scene = new Scene(this.view);
    this.planes = new Planes(this.view);
    this.beside = new BesideCase(this.view, () => this.scene.grid);
    this.slices = new PixelStore({ bytes: 256 * MEGABYTE, noun: "slice", changed });
    this.maps = new PixelStore({ bytes: 192 * MEGABYTE, noun: "map", changed });
    this.moments = new Moments();
    this.mailbox = new Mailbox((name, value) => (name === RING ? this.doorbell?.trigger(name, value) : this.trigger(name, value)));
    this.scheme = new SchemeWatch(() => this.ring());
    this.courier = new Courier({ heard: (answer) => this.hear(answer), lost: () => this.seek() });
    this.leisure = new Leisure(() => this.mailbox.post(RUN, {}), () => this.calm);
    this.orders = new Orders((name, message) => this.insist(this.orders.attempts, name, message));
    /** Whether the doorbell was rung and nobody has answered; and when that was, by `Date.now()`. */
    this.rang = false;
    this.rangAt = 0;
    /** What Python has said last, by which session of the server, and the number of that. */
    this.latest = { session: "", number: 0 };
    /** Whether Python is being asked for news, and whether there is another reason by now. */
    this.asking = { now: false, again: false };
    this.report = new SliceReport((index) => {
      showInAddress(index);
      this.orders.give("slice", "slice", { case: this.data?.case.id, index });
    });
    this.pulse = new Pulse(() => this.refresh());
    /** @type {Map<string, DrawingSession>} */
    this.drawingSessions = new Map();
    /** @type {DrawingSession | null} */
    this.drawingSession = null;
    /** @type {Map<string, {box: Leftovers, saver: Saver}>} What earlier pages left unsaved, by reader. */
    this.leftovers = new Map();
    /** @type {object | null} */
    this.board = null;
    /** @type {{place: object, trigger: (name: string, value: unknown) => void} | null} Runs the whole page. */
    this.doorbell = null;
    /** Where Python pointed to last and was followed. */
    this.followed = -1;
    /** @type {BoardData | null} */
    this.data = null;
    this.said = new Said(changed);
    const sheet = {
      drawing: () => this.drawingSession?.drawing ?? null,
      slice: () => this.view.slice,
      scan: () => scanOf(this.scene.grid),
      aspect: () => this.aspect,
      values: (/** @type {number} */ slice) => this.valuesOf(slice),
      reach: () => 8 / this.pixelScale,
      say: (/** @type {string} */ sentence) => this.said.say(sentence, this.drawingSession?.drawing ?? null),
      changed,
    };
    this.brush = new Brush(sheet);
    this.grower = new Grower(sheet, this.brush);
    this.caliper = new Caliper({
      drawing: () => this.drawingSession?.drawing ?? null,
      slice: () => this.view.slice,
      grid: () => this.scene.grid,
      tool: () => this.brush.tool,
      cursor: () => this.view.cursor,
      reach: () => 8 / this.pixelScale,
      visible: () => this.view.drawingVisible,
      show: () => this.view.showDrawing(true),
      changed,
    });
    this.scene.caliper = this.caliper;
    this.hand = new Hand(this.brush, this.caliper, this.grower);
    /** CSS pixels of an image column in the large picture, kept by the board. */
    this.pixelScale = 1;
    this.wantedSlice = -1;
    /** @type {{sign: string, unit: string} | null} What Python was asked for and has not heard. */
    this.asked = null;
    this.sort = "";
  }

  get aspect() {
    const [row, column] = this.data?.case.spacing ?? [1, 1];
    return row / column;
  }

  /**
   * A board shows this session: changes are drawn and the page can be let run.
   *
   * @param {object | null} board
   * @param {{changed: () => void, show: (data: BoardData) => void}} does  `show`: show what has come by the courier.
   * @param {(name: string, value: unknown) => void} trigger
   */
  attach(board, { changed, show }, trigger) {
    const isNew = this.board !== board;
    this.board = board;
    this.changed = changed;
    this.show = show;
    this.trigger = trigger;
    for (const saver of this.savers) isNew ? saver.startAgain() : saver.wake();
  }

  /**
   * No board shows this session: unsaved work leaves now, and again until it is known to have arrived. It waits in the
   * browser's storage meanwhile.
   *
   * @param {object} board  Another one may be there already.
   */
  detach(board) {
    if (this.board !== board) return;
    this.hurry();
    this.pulse.stop();
    this.leisure.stop();
    this.board = null;
    this.changed = this.trigger = () => {};
    this.show = (data) => this.receive(data);
    for (const saver of this.savers) saver.startAgain();
  }

  /**
   * A page has the doorbell, which tells where messages are brought, whether there is a board or not.
   *
   * @param {object} place  Tells it from that of another page.
   * @param {(name: string, value: unknown) => void} trigger
   * @param {Omit<import("./types.js").DoorbellData, "doorbell" | "theme">} data
   */
  hang(place, trigger, data) {
    this.doorbell = { place, trigger };
    this.scheme.hear(data.scheme);
    this.courier.address = data.address;
    if (this.isNews(data.receipt)) this.hearLetters(data.receipt);
    if (this.rang) this.startAgain();
    // What is refused is told by the board; until there is one, asking again would only run the page for nothing.
    if (!this.board) for (const saver of this.savers) if (saver.refusal) saver.pause();
  }

  /** @param {object} place  Where the doorbell was; another one may be there already. */
  unhang(place) {
    if (this.doorbell?.place === place) this.doorbell = null;
  }

  /** Let the whole page run: Python may have forgotten this tab. */
  ring() {
    this.rang = true;
    this.rangAt = Date.now();
    this.mailbox.post(RING, {});
  }

  /** Python turns this tab away: it may have been started anew, and the page knows the way after a run. */
  seek() {
    if (Date.now() - this.rangAt > SEEK_MS) this.ring();
    this.changed();
  }

  /**
   * Whether something that Python says is not older than what is known. It comes by the page and by the courier, of
   * which neither waits for the other.
   *
   * @param {{session: string, number: number}} said
   */
  isNews({ session, number }) {
    if (session === this.latest.session && number < this.latest.number) return false;
    this.latest = { session, number };
    return true;
  }

  /** @param {import("./courier.js").Answer} answer  To what the courier has brought. */
  hear(answer) {
    if ("case" in answer) return this.show(answer);
    if (!this.isNews(answer)) return;
    if (this.data) Object.assign(this.data, { saved: answer.saved, met: answer.met });
    this.hearLetters(answer);
    this.changed();
    // Scores are of what is drawn, and somebody else may have drawn as well.
    if (this.board) this.ask();
  }

  /** The page may be gone in a moment: a stroke ends as it is drawn, and what is unsaved leaves at once. */
  hurry() {
    this.hand.leave();
    for (const saver of this.savers) saver.flush();
  }

  /** Whatever sends drawings: of this case and reader, of those before, and of earlier pages. */
  get savers() {
    const leftovers = [...this.leftovers.values()].map(({ saver }) => saver);
    return [...[...this.drawingSessions.values()].map(({ saver }) => saver), ...leftovers];
  }

  /** Whether something is unsaved that only this page has: it is too large for the browser's storage. */
  get wouldLose() {
    return [...this.drawingSessions.values()].some(({ outbox }) => !outbox.empty && !outbox.kept);
  }

  /** How the saving goes: the worst of all, and why. */
  get saving() {
    /** @type {import("./saver.js").SavingState[]} */
    const worst = ["refused", "late", "saving"];
    const found = worst.map((state) => this.savers.find((saver) => saver.state === state)).find(Boolean);
    const why = found?.refusal || this.courier.why;
    if (found?.state === "late" && why) return { state: "refused", why };
    if (found) return { state: found.state, why: found.refusal };
    return { state: this.hand.busy ? "saving" : "clean", why: "" };
  }

  /** What was drawn elsewhere under the same name, as Python says it, or as this page has found. */
  get met() {
    const slices = [...(this.drawingSession?.met ?? [])].sort((a, b) => a - b).map((slice) => slice + 1);
    const found = slices.length ? `together with what '${this.data?.drawing?.reader}' drew elsewhere on slice ${slices.join(", ")}` : "";
    return this.data?.met || found;
  }

  viewChanged() {
    this.preferences.keep(this.view.heatmaps);
    this.tellReading();
    if (this.data && this.view.slice !== this.wantedSlice) {
      this.hand.leave();
      this.report.moved(this.view.slice);
      this.want();
    }
    this.changed();
  }

  /**
   * Send a message that must be heard; a Python that does not hear may have forgotten the board.
   *
   * @param {number} attempts  How often it was sent in vain.
   * @param {string} name
   * @param {object} message
   */
  insist(attempts, name, message) {
    this.courier.send(name, message);
    this.leisure.act();
    if (attempts >= RING_AFTER) this.ring();
  }

  /** Ask for news, unless something else is on its way that brings them and must not be overtaken. */
  refresh() {
    if (this.calm) this.ask();
  }

  /** Whether Python has heard all that was said. */
  get calm() {
    return this.orders.empty && this.savers.every(({ state }) => ["clean", "refused"].includes(state));
  }

  /** Ask Python what is to be shown now; once more if there is another reason meanwhile. */
  async ask() {
    const { asking } = this;
    if (asking.now) {
      asking.again = true;
      return;
    }
    asking.now = true;
    do {
      asking.again = false;
      await this.courier.send("command", { kind: "refresh" });
    } while (asking.again);
    asking.now = false;
  }

  /** Scores and region maps depend on how maps are read, so Python hears of another choice. */
  tellReading() {
    if (!this.data) return;
    const { sign, unit } = this.view.reading;
    const asked = this.asked ?? this.data;
    if (sign === asked.sign && unit === asked.unit) return;
    this.asked = { sign, unit };
    this.orders.give("view", "command", { kind: "view", sign, unit });
  }

  /** Python may have forgotten how maps shall be read, for it may be another Python. */
  hearReading() {
    if (!this.orders.has("view")) this.asked = null;
    this.tellReading();
  }

  /**
   * Take over what Python says, and let the board show it.
   *
   * @param {BoardData} data
   */
  receive(data) {
    if (this.isNews(data)) this.takeOver(data);
  }

  /** @param {BoardData} data */
  takeOver(data) {
    const before = this.data;
    // A stroke ends on the case and for the reader with whom it began.
    const same = before?.case.id === data.case.id && before?.drawing?.reader === data.drawing?.reader;
    if (!same) this.hand.leave();
    this.data = data;
    this.pulse.follow(data.busy !== null ? "waiting" : data.idleChecks !== null ? "calm" : "still");
    this.courier.address = data.address;
    this.leisure.hear(data.behind);
    this.orders.hear(data.heard);
    if (!before) this.view.setHeatmaps({ signed: data.sign === "signed", regions: data.unit === "regions" });
    else this.hearReading();
    this.scene.grid = data.case;
    this.scene.answered = { slice: data.slice, sign: data.sign, unit: data.unit };
    this.scene.setReference(data.reference?.slices ?? {}, data.reference?.measurements ?? []);
    if (before?.case.id !== data.case.id) this.openCase(data);
    else this.follow(before, data);
    this.beside.take(data.beside);
    this.hearDrawing(data);
    if (this.rang) this.startAgain();
    this.want();
    this.changed();
  }

  /** Somebody answered the doorbell: what was not heard is said at once. */
  startAgain() {
    this.rang = false;
    this.orders.start();
    for (const saver of this.savers) saver.startAgain();
  }

  /** @param {BoardData} data */
  openCase(data) {
    this.followed = data.slice;
    this.report.agree(data.slice);
    this.wantedSlice = data.slice;
    this.view.open(data.case, data.slice, data.window);
  }

  /**
   * Go where Python points to, unless it only repeats what it said before or lags behind the reader; not under the brush.
   *
   * @param {BoardData} before
   * @param {BoardData} data
   */
  follow(before, data) {
    if (before.session !== data.session) this.stay(data);
    const lags = this.report.moving || this.orders.has("slice");
    if (!lags && !this.hand.busy && data.slice !== this.followed) {
      this.followed = data.slice;
      this.report.agree(data.slice);
      this.view.goTo(data.slice);
    }
    const { width, level } = data.window;
    if (before.window.width !== width || before.window.level !== level) this.view.setWindow(data.window);
  }

  /**
   * A server that was started anew knows of the reader's slice only what the address said when the old one
   * died, which may be a slice passed by: it is told where the reader is, who is not thrown back.
   *
   * @param {BoardData} data
   */
  stay(data) {
    this.followed = data.slice;
    this.report.agree(data.slice);
    this.report.rest(this.view.slice);
  }

  /** @param {BoardData} data */
  hearDrawing({ case: scan, drawing, acknowledged, refused }) {
    const before = this.drawingSession;
    this.drawingSession = drawing ? this.drawingSessionOf(scan, drawing) : null;
    this.scene.drawing = this.drawingSession?.drawing ?? null;
    this.hearLetters({ acknowledged, refused });
    if (drawing) this.drawingSession?.hear(drawing);
    if (before !== this.drawingSession) before?.saver.flush();
    if (drawing) this.collectLeftovers(drawing.reader);
    const labels = this.drawingSession?.drawing.labels.length ?? 0;
    if (this.brush.label > Math.max(1, labels)) this.brush.label = 1;
  }

  /** @param {{acknowledged: string[], refused: Record<string, string>}} data  What became of letters. */
  hearLetters({ acknowledged, refused }) {
    for (const drawingSession of this.drawingSessions.values()) drawingSession.acknowledge(acknowledged, refused);
    for (const { box, saver } of this.leftovers.values()) {
      if (box.acknowledge(acknowledged)) saver.arrived();
      saver.hear(refused);
      if (saver.refusal) box.putOff();
    }
  }

  /**
   * @param {import("./types.js").CaseView} scan
   * @param {import("./types.js").DrawingView} drawing
   */
  drawingSessionOf(scan, drawing) {
    const address = JSON.stringify([scan.id, drawing.reader]);
    let drawingSession = this.drawingSessions.get(address);
    if (!drawingSession) {
      drawingSession = new DrawingSession(scan, drawing, {
        store: browserStore(),
        post: (letter, attempts) => this.insist(attempts, DRAWING, sealed(letter)),
        changed: () => this.changed(),
      });
      this.drawingSessions.set(address, drawingSession);
    }
    return drawingSession;
  }

  /** @param {string} reader  Whose strokes may have been left unsaved by earlier pages. */
  collectLeftovers(reader) {
    if (this.leftovers.has(reader)) return;
    const own = [...this.drawingSessions.values()].map(({ outbox }) => outbox.address);
    const box = new Leftovers(browserStore(), reader, own);
    const saver = new Saver(
      box,
      (letter, attempts) => this.insist(attempts, DRAWING, sealed(letter)),
      () => this.changed(),
    );
    this.leftovers.set(reader, { box, saver });
    saver.wake();
  }

  /** @param {number} slice */
  sliceUrl(slice) {
    return this.data?.case.pixels.replace("{k}", String(slice)) ?? "";
  }

  /** The edit of the slice on show, or null. */
  get edit() {
    const edit = this.data?.edit ?? null;
    return edit?.slice === this.view.slice ? edit : null;
  }

  /** What of an edited slice is on show. */
  get moment() {
    return this.edit ? this.view.moment : "original";
  }

  /** The slice on show, as it is, as an edit leaves it, or their difference. */
  get sliceHeld() {
    const held = this.moments.of(this.moment, this.slices, this.sliceUrl(this.view.slice), this.edit?.pixels ?? "");
    return held ?? /** @type {import("../picture/pixels.js").Holding} */ ({ state: "loading" });
  }

  /**
   * Pixels of a slice, or null while they are not here.
   *
   * @param {number} slice
   */
  valuesOf(slice) {
    const holding = this.slices.get(this.sliceUrl(slice));
    return holding.state === "ready" ? holding.picture.values : null;
  }

  /** The slices that are here, for planes across them. */
  get pictures() {
    return { revision: this.slices.revision, of: (/** @type {number} */ slice) => this.valuesOf(slice) };
  }

  /** Show planes across the slices, or hide them again; not where none can cross them. */
  togglePlanes() {
    if (!this.data?.case.stack) return;
    this.view.showPlanes(!this.view.planes);
    this.want();
  }

  /** Let the planes cross each other under the pointer. */
  crossHere() {
    const { cursor, slice } = this.view;
    if (!cursor || !this.planes.shown) return;
    const shift = this.planes.views.row.crossing?.shiftOf(slice) ?? { x: 0, y: 0 };
    this.view.crossAt({ x: cursor.x + shift.x, y: cursor.y + shift.y });
  }

  /** @param {string} pane */
  mapUrl(pane) {
    return this.data?.panes.find(({ id }) => id === pane)?.maps[String(this.view.slice)] ?? "";
  }

  /** Ask for what is on show, then for what may be shown next. */
  want() {
    if (!this.data) return;
    const { case: scan, panes } = this.data;
    const pixels = scan.rows * scan.columns;
    const order = outwards(this.view.slice, scan.count);
    this.planes.take(scan, this.slices.roomFor(pixels));
    const wanted = this.planes.wanted(order).map((slice) => this.sliceUrl(slice));
    const slices = this.edit ? [...wanted.slice(0, 1), this.edit.pixels, ...wanted.slice(1)] : wanted;
    const nearby = order
      .slice(0, 2 * MAPS_AHEAD + 1)
      .flatMap((slice) => panes.flatMap((pane) => [pane.maps, pane.stronger, pane.halfWidths].map((urls) => urls[String(slice)])))
      .filter((url) => url !== undefined);
    const maps = [...(this.edit ? panes.map((pane) => pane.edited).filter(Boolean) : []), ...nearby];
    if (this.view.slice !== this.wantedSlice) {
      this.wantedSlice = this.view.slice;
      this.slices.forgive(slices.slice(0, 1));
      this.maps.forgive(maps);
    }
    this.slices.want(slices, pixels);
    this.maps.want(maps, pixels);
  }

  /**
   * @param {"cancel" | "compute" | "remove" | "exported"} kind
   * @param {string} pane
   */
  command(kind, pane) {
    const message = { kind, pane, case: this.data?.case.id, slice: this.view.slice };
    // The map may be there and only its way here have failed.
    if (kind === "compute") this.maps.retry(this.mapUrl(pane));
    this.orders.give(`${kind} ${pane}`, "command", message);
  }
}

/** @param {import("./types.js").DrawingLetter} letter */
function sealed(letter) {
  return { contract: CONTRACT, ...letter };
}

/** The browser's storage, or null where it is forbidden. */
function browserStore() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
