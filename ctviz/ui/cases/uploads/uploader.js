/**
 * A place to drop files and folders, or to choose them; each file is sent by itself.
 *
 * When all have arrived Python is told, again and again until it shows another batch: streamlit can
 * lose a message.
 */

const AGAIN_MS = 2000;
const HEADINGS = { idle: "Drop files or folders here", busy: "Sending" };

/** @typedef {{address: string, sign: string, batch: string, mostBytes: number, mostFiles: number}} Data */

class Uploader {
  /** @param {HTMLElement | ShadowRoot} parent */
  constructor(parent) {
    /** @type {Data | undefined} */
    this.data = undefined;
    this.tell = () => {};
    this.busy = false;
    /** @type {XMLHttpRequest | undefined} */
    this.request = undefined;
    this.zone = make("div", "zone");
    this.words = make("p", "words", HEADINGS.idle);
    this.words.setAttribute("role", "status");
    this.bar = /** @type {HTMLProgressElement} */ (make("progress", "bar"));
    this.bar.max = 1;
    const files = this.input("Choose files", false);
    const folder = this.input("Choose a folder", true);
    this.stop = make("button", "choose", "Cancel");
    this.stop.addEventListener("click", () => this.cancel());
    this.zone.append(this.words, this.bar, files, folder, this.stop);
    parent.append(this.zone);
    this.zone.addEventListener("dragover", (event) => event.preventDefault());
    this.zone.addEventListener("drop", (event) => {
      event.preventDefault();
      void dropped(event).then((found) => this.send(found));
    });
    this.show();
  }

  /**
   * @param {string} title
   * @param {boolean} folder
   */
  input(title, folder) {
    const label = make("label", "choose", title);
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.webkitdirectory = folder;
    input.addEventListener("change", () => {
      const found = [...(input.files ?? [])];
      input.value = "";
      void this.send(found);
    });
    label.append(input);
    return label;
  }

  /** @param {Data} data */
  update(data) {
    if (this.data?.batch !== data.batch) {
      clearInterval(this.timer);
      this.busy = false;
      this.data = data;
      this.words.textContent = HEADINGS.idle;
    }
    this.data = data;
    this.show();
  }

  show() {
    this.zone.classList.toggle("busy", this.busy);
  }

  cancel() {
    this.cancelled = true;
    this.request?.abort();
  }

  /** @param {File[]} files */
  async send(files) {
    const data = this.data;
    if (this.busy || !data || !files.length) return;
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (total > data.mostBytes) return this.say(`That is more than the ${data.mostBytes / 1e6} MB that one reader may bring at a time; bring fewer files.`);
    if (files.length > data.mostFiles) return this.say(`At most ${data.mostFiles} files are taken at a time; bring them as a zip.`);
    this.busy = true;
    this.cancelled = false;
    this.show();
    const refused = [];
    let sent = 0;
    let arrived = 0;
    for (const [number, file] of files.entries()) {
      this.words.textContent = `${HEADINGS.busy} ${number + 1} of ${files.length}: ${file.name}`;
      const why = await this.one(data, number, file, (done) => (this.bar.value = (sent + done) / Math.max(1, total)));
      if (this.cancelled || this.data !== data && this.data?.batch !== data.batch) break;
      if (why) refused.push(why);
      else arrived += 1;
      sent += file.size;
      if (why && !arrived) break; // What stops the first stops the others.
    }
    if (this.cancelled) return this.discard(data);
    if (!arrived) return this.say(refused[0] ?? HEADINGS.idle);
    this.words.textContent = "All are there; they are being read.";
    const told = { batch: data.batch, refused: [...new Set(refused)] };
    this.tell({ ...told, stamp: Date.now() });
    this.timer = setInterval(() => this.tell({ ...told, stamp: Date.now() }), AGAIN_MS);
  }

  /**
   * Send one file; answer with the reason if it was refused.
   *
   * @param {Data} data
   * @param {number} number
   * @param {File} file
   * @param {(done: number) => void} progress
   * @returns {Promise<string>}
   */
  one(data, number, file, progress) {
    return new Promise((answer) => {
      const request = (this.request = new XMLHttpRequest());
      request.open("POST", `${data.address}/${number}?sign=${data.sign}`);
      request.setRequestHeader("X-Ctviz-Name", encodeURIComponent(wellFormed(file.name)));
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => progress(event.loaded));
      request.addEventListener("load", () => answer(request.status === 204 ? "" : request.responseText || `Refused (${request.status}).`));
      request.addEventListener("error", () => answer("The server cannot be reached, or the file cannot be read; try again."));
      request.addEventListener("abort", () => answer("Cancelled."));
      request.send(file);
    });
  }

  /** @param {Data} data */
  discard(data) {
    void fetch(`${data.address}?sign=${data.sign}`, { method: "DELETE", headers: { "X-Ctviz-Name": "-" } });
    this.say("Cancelled; nothing was kept.");
  }

  /** @param {string} sentence */
  say(sentence) {
    this.busy = false;
    this.bar.value = 0;
    this.words.textContent = sentence;
    this.show();
  }
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} [text]
 */
function make(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

/** @param {string} name */
function wellFormed(name) {
  return name.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "_");
}

/**
 * Return the files of what was dropped, those in folders included.
 *
 * @param {DragEvent} event
 * @returns {Promise<File[]>}
 */
async function dropped(event) {
  const items = [...(event.dataTransfer?.items ?? [])].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.());
  const files = await Promise.all(entries.map((entry, n) => (entry ? within(entry) : [items[n].getAsFile()])));
  return files.flat().filter((file) => file !== null);
}

/**
 * @param {any} entry
 * @returns {Promise<File[]>}
 */
async function within(entry) {
  if (entry.isFile) return new Promise((answer) => entry.file((/** @type {File} */ file) => answer([file]), () => answer([])));
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((answer) => reader.readEntries(answer, () => answer([])));
    if (!some.length) break;
    for (const child of some) found.push(...(await within(child)));
  }
  return found;
}

/** @type {WeakMap<HTMLElement | ShadowRoot, Uploader>} */
const uploaders = new WeakMap();

/** @param {{data: Data, parentElement: HTMLElement | ShadowRoot, setTriggerValue: (name: string, value: object) => void}} component */
export default function render({ data, parentElement, setTriggerValue }) {
  let uploader = uploaders.get(parentElement);
  if (!uploader) uploaders.set(parentElement, (uploader = new Uploader(parentElement)));
  const mounted = uploader;
  mounted.tell = (value) => setTriggerValue("finished", value);
  mounted.update(data);
  return () => {
    clearInterval(mounted.timer);
    mounted.cancel();
  };
}
