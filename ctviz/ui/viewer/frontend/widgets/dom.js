/**
 * Small makers of elements; text is always set as text, never as markup.
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean>} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** Path data of 16 × 16 line icons. */
const ICONS = {
  window: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  brush: "M13.5 2.5 7 9M7 9c-1.8-.6-3.5.6-3.6 2.4-.1 1-.6 1.7-1.4 2.1 2.6.7 5.3-.2 5.9-2.1.3-1-.1-1.9-.9-2.4z",
  eraser: "M9.5 3 3 9.5 6.5 13h2L13 6.5zM5.5 7 10 11.5M6.5 13H14",
  polygon: "M8 2 14 6.5 11.5 13.5H4.5L2 6.5z",
  freehand: "M3 9c-1.5-3 1-6.5 5-6.5s6.5 2.5 5.5 5.5-4.5 4-6.5 3.5-2.5-1.5-1.5-2.300S8 9.5 7.5 11 5 13.5 3.5 13.5",
  grow: "M2.500 13.500l7-7M8.500 5.500l2 2M11.5 1.500v2.500M10.2 2.800h2.600M4.500 3.500v2M3.500 4.500h2M13 9v2M12 10h2",
  deep: "M8 1.800 13.500 5v6L8 14.200 2.500 11V5zM8 8v6.200M8 8 2.500 5M8 8l5.500-3",
  smooth: "M1.500 11.500c2.500 0 2.500-7 5-7s2.500 7 5 7c1.500 0 2-1.500 3-3.500",
  ruler: "M2.5 13.5 13.5 2.5M1 12l3 3M12 1l3 3M6.5 7.500l2 2",
  angle: "M13.5 13.5h-11l8-11M7.5 13.500a5 5 0 0 0-2-4",
  ellipse: "M8 3.500c3.600 0 6.500 2 6.500 4.500s-2.900 4.500-6.500 4.500S1.500 10.500 1.500 8 4.400 3.500 8 3.500z",
  rectangle: "M2 3.500h12v9H2z",
  undo: "M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6",
  redo: "M10 3l3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H10",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.800l.6-8.5M6.8 7v3.5M9.2 7v3.5",
  eye: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.200a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.600z",
  flame: "M8 14.5c2.8 0 4.5-1.9 4.5-4.400C12.5 6.6 9 5.5 8.8 1.5 6 3.5 6.5 6.2 6 7.800c-.7-.3-1-1-1.1-1.800C3.9 7.2 3.5 8.7 3.5 10.100c0 2.5 1.7 4.4 4.5 4.400z",
  copy: "M5.5 5.5h8v8h-8zM3 10.5H2.5v-8h8V3",
  between: "M2.5 3h11M2.5 13h11M5 8h6M8 4.800v1.400M8 9.800v1.4",
  link: "M6.500 9.500l3-3M7 4.800l1.800-1.800a2.900 2.900 0 0 1 4.200 4.200L11.200 9M9 11.200 7.200 13A2.900 2.900 0 0 1 3 8.800L4.800 7",
  planes: "M2.5 2.500h11v11h-11zM8 2.500v11M2.500 8h11",
  invert: "M2.5 2.5h11v11h-11zM2.5 13.5l11-11v11z",
  reset: "M13 8a5 5 0 1 1-1.6-3.700M13 2.5v3h-3",
  help: "M5.8 6a2.2 2.2 0 1 1 3.3 1.900C8.3 8.4 8 8.8 8 9.600M8 11.900v.2",
  plus: "M8 3v10M3 8h10",
  save: "M8 2.5v7.500M5 7l3 3 3-3M2.5 11.5v2h11v-2",
  enlarge: "M9.5 2.5h4v4M6.500 13.5h-4v-4M13.5 2.500l-5 5M2.5 13.5l5-5",
  close: "M4 4l8 8M12 4l-8 8",
};

/** @typedef {keyof typeof ICONS} IconName */

/** @param {IconName} name */
function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button that shows an icon and says its title.
 *
 * @param {IconName} name
 * @param {string} title
 * @param {string} testId
 * @param {() => void} act
 */
export function iconButton(name, title, testId, act) {
  const button = element(
    "button",
    { type: "button", class: "icon", title, "aria-label": title, "data-testid": testId },
    [icon(name)],
  );
  button.addEventListener("click", act);
  return button;
}

/**
 * A labelled slider that tells its value.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.help
 * @param {string} options.testId
 * @param {{low: number, high: number, step: number}} options.range
 * @param {(value: number) => string} options.text
 * @param {(value: number) => void} options.changed
 */
export function slider({ title, help, testId, range, text, changed }) {
  const input = element("input", {
    type: "range",
    min: range.low,
    max: range.high,
    step: range.step,
    "aria-label": title,
    "data-testid": testId,
  });
  const output = element("output");
  const box = element("label", { class: "slider", title: help }, [element("span", { class: "word" }, [title]), input, output]);
  input.addEventListener("input", () => changed(Number(input.value)));
  const show = (/** @type {number} */ value) => {
    input.value = String(value);
    output.textContent = text(value);
  };
  return { box, show };
}

/**
 * A list to choose one of.
 *
 * @param {string} title
 * @param {string} testId
 * @param {(value: string) => void} changed
 */
export function chooser(title, testId, changed) {
  const select = element("select", { "aria-label": title, title, "data-testid": testId });
  select.addEventListener("change", () => changed(select.value));
  let shown = "";
  /**
   * @param {[string, string][]} options  Value and title.
   * @param {string} value
   */
  const show = (options, value) => {
    const signature = JSON.stringify(options);
    if (signature !== shown) {
      shown = signature;
      select.replaceChildren(...options.map(([key, name]) => element("option", { value: key }, [name])));
    }
    if (select.value !== value) select.value = value;
  };
  return { select, show };
}

/**
 * Set text only where it differs, which keeps the browser from laying out again.
 *
 * @param {HTMLElement} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
