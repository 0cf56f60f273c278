/**
 * Pictures with titles and lines beneath them, under a heading: what is taken home of the board, as PNG or SVG.
 *
 * @typedef {import("./plate.js").Plate} Plate
 *
 * @typedef {object} Tile
 * @property {string} title
 * @property {string[]} lines  Beneath the title.
 * @property {(plate: Plate) => void} paint
 *
 * @typedef {{x: number, y: number, text: string, role: keyof typeof FONTS}} Writing  ``y`` is that of the baseline.
 * @typedef {{x: number, y: number, side: number, paint: (plate: Plate) => void}} Image
 * @typedef {{width: number, height: number, writing: Writing[], images: Image[]}} Sheet
 */

import { Plate as PlateOf } from "./plate.js";

const SIDE = 360;
const GAP = 16;
const LINE = 17;
const GROUND = "#0b0d10";
const FAMILY = "system-ui, -apple-system, 'Segoe UI', sans-serif";
const FONTS = {
  heading: { weight: 600, size: 15, colour: "#ffffff" },
  title: { weight: 600, size: 13, colour: "#ffffff" },
  line: { weight: 400, size: 12, colour: "#c3ccd6" },
};
/** Pixels of a PNG in a pixel of the sheet: enough for print at 16 cm. */
const SHARPNESS = 2;

/**
 * Lay out a sheet.
 *
 * @param {string[]} heading
 * @param {Tile[]} tiles
 * @param {(text: string, role: keyof typeof FONTS) => number} measure  Width of a text in pixels.
 * @returns {Sheet}
 */
export function layOut(heading, tiles, measure) {
  const columns = Math.max(1, Math.min(tiles.length, Math.ceil(Math.sqrt(tiles.length))));
  const width = GAP + columns * (SIDE + GAP);
  const broken = (/** @type {string[]} */ lines, /** @type {"heading" | "line"} */ role, /** @type {number} */ room) =>
    lines.flatMap((line) => wrap(line, room, (text) => measure(text, role)));
  /** @type {Writing[]} */
  const writing = [];
  /** @type {Image[]} */
  const images = [];
  let y = GAP;
  broken(heading.slice(0, 1), "heading", width - 2 * GAP).forEach((text) => writing.push({ x: GAP, y: (y += LINE), text, role: "heading" }));
  broken(heading.slice(1), "line", width - 2 * GAP).forEach((text) => writing.push({ x: GAP, y: (y += LINE), text, role: "line" }));
  for (let first = 0; first < tiles.length; first += columns) {
    y += GAP;
    let lowest = y;
    tiles.slice(first, first + columns).forEach(({ title, lines, paint }, column) => {
      const x = GAP + column * (SIDE + GAP);
      images.push({ x, y, side: SIDE, paint });
      let below = y + SIDE;
      writing.push({ x, y: (below += LINE), text: title, role: "title" });
      broken(lines, "line", SIDE).forEach((text) => writing.push({ x, y: (below += LINE), text, role: "line" }));
      lowest = Math.max(lowest, below);
    });
    y = lowest;
  }
  return { width, height: y + GAP, writing, images };
}

/**
 * Break a text between words so that each line fits; a word that is too long has a line of its own.
 *
 * @param {string} text
 * @param {number} room
 * @param {(text: string) => number} measure
 */
export function wrap(text, room, measure) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && measure(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Width of texts in this browser. */
export function measurer() {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  return (/** @type {string} */ text, /** @type {keyof typeof FONTS} */ role) => {
    context.font = font(role);
    return context.measureText(text).width;
  };
}

/**
 * @param {Sheet} sheet
 * @returns {Promise<Blob>}
 */
export function pngOf({ width, height, writing, images }) {
  const canvas = document.createElement("canvas");
  canvas.width = width * SHARPNESS;
  canvas.height = height * SHARPNESS;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  context.scale(SHARPNESS, SHARPNESS);
  context.fillStyle = GROUND;
  context.fillRect(0, 0, width, height);
  for (const { x, y, side, paint } of images) context.drawImage(painted(side, paint), x, y, side, side);
  for (const { x, y, text, role } of writing) {
    context.font = font(role);
    context.fillStyle = FONTS[role].colour;
    context.fillText(text, x, y);
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for this browser."))), "image/png"),
  );
}

/**
 * @param {Sheet} sheet
 * @returns {Blob}
 */
export function svgOf({ width, height, writing, images }) {
  const root = svg("svg", { xmlns: NAMESPACE, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FAMILY });
  root.append(svg("rect", { width, height, fill: GROUND }));
  for (const { x, y, side, paint } of images) {
    root.append(svg("image", { x, y, width: side, height: side, href: painted(side, paint).toDataURL("image/png") }));
  }
  for (const { x, y, text, role } of writing) {
    const { weight, size, colour } = FONTS[role];
    const made = svg("text", { x, y, "font-size": size, "font-weight": weight, fill: colour });
    made.textContent = text;
    root.append(made);
  }
  return new Blob([new XMLSerializer().serializeToString(root)], { type: "image/svg+xml" });
}

/**
 * @param {number} side
 * @param {(plate: Plate) => void} paint
 */
function painted(side, paint) {
  const plate = new PlateOf(document.createElement("canvas"));
  plate.resize(side, side, SHARPNESS);
  paint(plate);
  return plate.canvas;
}

const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function svg(tag, attributes) {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) if (name !== "xmlns") made.setAttribute(name, String(value));
  return made;
}

/** @param {keyof typeof FONTS} role */
function font(role) {
  return `${FONTS[role].weight} ${FONTS[role].size}px ${FAMILY}`;
}
