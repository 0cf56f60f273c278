/**
 * Changed slices that Python has not acknowledged; they survive a reload, a crash and a dead server.
 *
 * So do the names of labels: Python only knows those that somebody drew with.
 *
 * @typedef {import("./types.js").Runs} Runs
 * @typedef {{version: number, runs: Runs}} Entry
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

export class Outbox {
  /**
   * @param {Store | null} store  Where entries are kept; null keeps them in memory only.
   * @param {string} caseId
   * @param {string} reader
   */
  constructor(store, caseId, reader) {
    this.store = store;
    const place = `${encodeURIComponent(caseId)}/${encodeURIComponent(reader)}`;
    this.address = `ctviz/drawing/${place}`;
    this.labelsAddress = `ctviz/labels/${place}`;
    /** @type {Map<number, Entry>} */
    this.pending = new Map();
    /** @type {string[]} */
    this.labels = [];
    /** Version of labels that were never acknowledged, 0 if there are none. */
    this.labelsVersion = 0;
  }

  get empty() {
    return this.pending.size === 0 && this.labelsVersion === 0;
  }

  /**
   * @param {Map<number, Runs>} slices  Changed slices; none if only the labels changed.
   * @param {string[]} labels
   * @param {number} version
   */
  put(slices, labels, version) {
    for (const [slice, runs] of slices) this.pending.set(slice, { version, runs });
    this.labels = [...labels];
    this.labelsVersion = version;
    this.write();
  }

  /** @param {number} version  Everything up to this version is stored by Python. */
  acknowledge(version) {
    if (this.empty) return;
    for (const [slice, entry] of this.pending) if (entry.version <= version) this.pending.delete(slice);
    if (this.labelsVersion <= version) this.labelsVersion = 0;
    this.write();
  }

  /** Pending slices as they are sent. */
  slices() {
    return Object.fromEntries([...this.pending].map(([slice, { runs }]) => [String(slice), runs]));
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
      if (this.empty) this.store.removeItem(this.address);
      else this.store.setItem(this.address, JSON.stringify({ labels: this.labels, slices: this.slices() }));
    } catch {
      // The browser's storage is full or forbidden: the entries live on in memory.
    }
  }

  /**
   * What an earlier page left unacknowledged, or null.
   *
   * @returns {{labels: string[], slices: Record<string, Runs>} | null}
   */
  read() {
    try {
      const kept = JSON.parse(this.store?.getItem(this.address) ?? "null");
      return Array.isArray(kept?.labels) && kept.slices ? kept : null;
    } catch {
      return null;
    }
  }
}
