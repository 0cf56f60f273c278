/**
 * Changed slices and measurements that Python has not acknowledged; they survive a reload, a crash and a dead server.
 *
 * Each change tells what a slice was before and after, so that Python can join it with what others drew meanwhile.
 * One letter is under way at a time and stays as it is until Python has it; what is drawn meanwhile waits for the next.
 * So do the names of labels survive: Python only knows those that somebody drew with.
 *
 * @typedef {import("./types.js").Runs} Runs
 * @typedef {{before: Runs, after: Runs}} Edit
 * @typedef {import("./types.js").MeasurementEdit} MeasurementEdit
 * @typedef {import("./types.js").DrawingLetter} Letter
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Store
 */

import { sameMeasurement } from "../drawing/measurement.js";
import { sameRuns } from "./runs.js";

const LETTERS = "ctviz/strokes/";
/** Where versions before 0.3 kept whole slices. */
const OLD_LETTERS = "ctviz/drawing/";

/** Tells this page from all others. */
const PAGE = Math.random().toString(36).slice(2);
let written = 0;

/** A name that no other letter has. */
function newId() {
  written++;
  return `${PAGE}-${written}`;
}

export class Outbox {
  /**
   * @param {Store | null} store  Where letters are kept; null keeps them in memory only.
   * @param {string} caseId
   * @param {string} reader
   */
  constructor(store, caseId, reader) {
    this.store = store;
    this.caseId = caseId;
    this.reader = reader;
    const place = `${encodeURIComponent(caseId)}/${encodeURIComponent(reader)}`;
    // Two tabs must not write over each other.
    this.address = `${LETTERS}${place}/${newId()}`;
    this.labelsAddress = `ctviz/labels/${place}`;
    /** @type {Letter | null} The letter under way. */
    this.sending = null;
    /** @type {Map<number, Edit>} What the next letter tells. */
    this.edits = new Map();
    /** @type {Map<string, MeasurementEdit>} So does it tell of measurements. */
    this.measured = new Map();
    /** @type {string[]} */
    this.labels = [];
    this.nextId = newId();
    /** Whether the browser's storage has all of it. */
    this.kept = true;
  }

  get empty() {
    return this.sending === null && !this.news;
  }

  /** Whether there is something for the next letter. */
  get news() {
    return this.edits.size + this.measured.size > 0;
  }

  /** Slices that Python may not have. */
  get pending() {
    return [...new Set([this.sending, this.draft()].flatMap(slicesOf))];
  }

  /**
   * What Python has of a slice as soon as the letter under way is there.
   *
   * @param {number} slice
   */
  told(slice) {
    return this.sending?.slices[String(slice)]?.after ?? null;
  }

  /**
   * What Python has of a measurement as soon as the letter under way is there; undefined if that does not tell of it.
   *
   * @param {string} name
   */
  toldMeasurement(name) {
    return this.sending?.measurements?.[name]?.after;
  }

  /** @param {Map<string, MeasurementEdit>} edits  Measurements as they were told and as they are. */
  putMeasured(edits) {
    for (const [name, edit] of edits) {
      if (sameMeasurement(edit.before, edit.after)) this.measured.delete(name);
      else this.measured.set(name, edit);
    }
    this.write();
  }

  /**
   * @param {Map<number, Edit>} edits  Slices as they were told and as they are.
   * @param {string[]} labels
   */
  put(edits, labels) {
    for (const [slice, edit] of edits) {
      if (sameRuns(edit.before, edit.after)) this.edits.delete(slice);
      else this.edits.set(slice, edit);
    }
    this.labels = [...labels];
    this.write();
  }

  /** The letter to send: the one under way, or else a new one; null if there is nothing to tell. */
  letter() {
    if (!this.sending && this.news) {
      this.sending = this.draft();
      this.edits = new Map();
      this.measured = new Map();
      this.nextId = newId();
      this.write();
    }
    return this.sending;
  }

  /** @returns {Letter} */
  draft() {
    const { nextId: id, caseId, reader, labels } = this;
    const [slices, measurements] = [Object.fromEntries(this.edits), Object.fromEntries(this.measured)];
    return { id, case: caseId, reader, labels: [...labels], slices, measurements };
  }

  /**
   * @param {string[]} ids  Letters that Python has stored.
   * @returns {Letter | null}  The letter under way, if it is among them.
   */
  acknowledge(ids) {
    const { sending } = this;
    if (!sending || !ids.includes(sending.id)) return null;
    this.sending = null;
    this.write();
    return sending;
  }

  /** Names of the labels that this browser knows. */
  names() {
    try {
      const kept = JSON.parse(this.store?.getItem(this.labelsAddress) ?? "[]");
      return Array.isArray(kept) ? kept.filter((name) => typeof name === "string") : [];
    } catch {
      return [];
    }
  }

  write() {
    if (!this.store) return;
    try {
      if (this.labels.length) this.store.setItem(this.labelsAddress, JSON.stringify(this.labels));
      const letters = [...(this.sending ? [this.sending] : []), ...(this.news ? [{ ...this.draft(), open: true }] : [])];
      if (letters.length) this.store.setItem(this.address, JSON.stringify(letters));
      else this.store.removeItem(this.address);
      this.kept = true;
    } catch {
      // The browser's storage is full or forbidden: the letters live on in memory.
      this.kept = this.empty;
    }
  }
}

/**
 * Letters of a reader that earlier pages, or other tabs, could not deliver; sent from here, oldest first.
 *
 * It does no harm if the other tab is still there and sends them as well: Python keeps each change once.
 */
export class Leftovers {
  /**
   * @param {Store | null} store
   * @param {string} reader
   * @param {string[]} own  Addresses of this page's outboxes.
   */
  constructor(store, reader, own) {
    this.store = store;
    /** @type {{letter: Letter, address: string, text: string}[]} */
    this.waiting = [];
    try {
      for (const address of addresses(store)) {
        if (!own.includes(address)) this.collect(address, reader);
      }
    } catch {
      // Without a storage nothing is left over.
    }
  }

  get empty() {
    return this.waiting.length === 0;
  }

  get pending() {
    return this.waiting.flatMap(({ letter }) => slicesOf(letter));
  }

  get sending() {
    return this.waiting[0]?.letter ?? null;
  }

  letter() {
    return this.sending;
  }

  /**
   * @param {string} address
   * @param {string} reader
   */
  collect(address, reader) {
    const text = this.store?.getItem(address) ?? "null";
    const letters = lettersOf(address, text).filter((letter) => letter.reader === reader);
    this.waiting.push(...letters.map((letter) => ({ letter, address, text })));
  }

  /** The letter under way was refused, perhaps for ever: the others go first. */
  putOff() {
    this.waiting.push(...this.waiting.splice(0, 1));
  }

  /** @param {string[]} ids  Letters that Python has stored. */
  acknowledge(ids) {
    const [first] = this.waiting;
    if (!first || !ids.includes(first.letter.id)) return null;
    this.waiting.shift();
    const isLast = !this.waiting.some(({ address }) => address === first.address);
    if (isLast && this.store?.getItem(first.address) === first.text) this.store.removeItem(first.address);
    return first.letter;
  }
}

/**
 * Slices that a letter tells of; one from an older page tells of no measurements.
 *
 * @param {Letter | null} letter
 */
function slicesOf(letter) {
  const measured = Object.values(letter?.measurements ?? {}).map(({ before, after }) => (after ?? before)?.slice ?? 0);
  return [...Object.keys(letter?.slices ?? {}).map(Number), ...measured];
}

/** @param {Store | null} store */
function addresses(store) {
  const all = Array.from({ length: store?.length ?? 0 }, (_, i) => store?.key(i) ?? "");
  return all.filter((address) => address.startsWith(LETTERS) || address.startsWith(OLD_LETTERS));
}

/**
 * @param {string} address
 * @param {string} text
 * @returns {Letter[]}
 */
function lettersOf(address, text) {
  try {
    const kept = JSON.parse(text);
    if (address.startsWith(OLD_LETTERS)) return [oldLetter(address, kept)];
    // A letter that was not under way may still have grown: as it is here, it is another letter.
    return kept.map((/** @type {Letter & {open?: boolean}} */ { open, ...letter }) => (open ? { ...letter, id: newId() } : letter));
  } catch {
    return [];
  }
}

/**
 * What was drawn before 0.3 does not tell what it was drawn on, so it is only added.
 *
 * @param {string} address
 * @param {{labels: string[], slices: Record<string, Runs>}} kept
 * @returns {Letter}
 */
function oldLetter(address, { labels, slices }) {
  const [caseId, reader] = address.slice(OLD_LETTERS.length).split("/").map(decodeURIComponent);
  const edits = Object.entries(slices).map(([slice, after]) => [slice, { before: [], after }]);
  return { id: newId(), case: caseId, reader, labels, slices: Object.fromEntries(edits), measurements: {} };
}
