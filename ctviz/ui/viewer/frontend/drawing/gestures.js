/**
 * Mouse, finger or stylus on a picture: scroll, zoom, pan, window and level, and whatever the left button draws.
 *
 * One finger draws with the tool at hand, or else scrolls; two fingers zoom and pan. What the first finger has begun is
 * taken back when the second follows at once, and stays when it does not: then it was the palm of the hand.
 *
 * What is held ends in any case: when the button is released, wherever that is, and when the picture, the window or the
 * system takes the pointer away.
 *
 * @typedef {import("../sync/types.js").Point} Point
 *
 * @typedef {object} LeftButton  What the left button does instead of changing the window.
 * @property {(point: Point) => boolean} active  Whether it does, at a point.
 * @property {(point: Point, event: PointerEvent) => void} down
 * @property {(point: Point, event: PointerEvent) => void} move
 * @property {() => void} up
 * @property {() => void} takeBack  What was begun a moment ago was not meant.
 * @property {() => void} doubleClick
 *
 * @typedef {object} Looked  What is looked at.
 * @property {number} zoom
 * @property {(delta: number) => void} scroll  By a wheel, in CSS pixels.
 * @property {(factor: number, anchor: Point) => void} zoomBy
 * @property {(columns: number, rows: number) => void} panBy
 * @property {(right: number, down: number) => void} adjustWindow
 * @property {(point: Point | null) => void} pointAt
 *
 * @typedef {"draw" | "window" | "pan" | "zoom" | "scroll"} Drag
 * @typedef {{pointer: number, x: number, y: number}} Finger
 * @typedef {{first: Finger, second: Finger, anchor: Point}} Pinch
 *
 * @typedef {object} Held
 * @property {Drag} drag
 * @property {number} pointer
 * @property {string} by  Mouse, touch or pen.
 * @property {number} x
 * @property {number} y
 * @property {Point} anchor  Image point at which it began.
 * @property {{at: number, x: number, y: number}} begun
 * @property {number} travelled  What a finger has not scrolled yet, in CSS pixels.
 */

const LINE_HEIGHT = 40;
/** How far a finger travels from slice to slice, in CSS pixels. */
const FINGER_STEP = 12;
/** The second finger of a pinch follows within this time, or before the first has moved. */
const PINCH = { milliseconds: 250, pixels: 10 };

/**
 * @param {import("../picture/screen.js").Screen} screen
 * @param {Looked} view
 * @param {LeftButton | null} brush
 * @returns {() => void}  Stops listening; what is held ends.
 */
export function listen(screen, view, brush) {
  const { canvas } = screen;
  /** @type {Held | null} */
  let held = null;
  /** @type {Pinch | null} */
  let pinch = null;

  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("auxclick", (event) => event.preventDefault());
  canvas.addEventListener(
    "wheel",
    (event) => {
      // The page scrolls already, by a wheel that was not over a picture; now one has come beneath it.
      if (!event.cancelable) return;
      event.preventDefault();
      if (held?.drag === "draw") return;
      const delta = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_HEIGHT;
      if (event.ctrlKey || event.metaKey) view.zoomBy(Math.exp(-delta / 400), screen.pointOf(event));
      else view.scroll(delta);
    },
    { passive: false },
  );

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (pinch) return;
    if (held && held.pointer !== event.pointerId && disturbs(event, held)) return joins(event, held) ? beginPinch(held, event) : undefined;
    release();
    capture(canvas, event.pointerId);
    const anchor = screen.pointOf(event);
    const [pointer, x, y] = [event.pointerId, event.clientX, event.clientY];
    const begun = { at: event.timeStamp, x, y };
    held = { drag: dragOf(event, anchor, brush), pointer, by: event.pointerType, x, y, anchor, begun, travelled: 0 };
    if (held.drag === "draw") brush?.down(anchor, event);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (pinch) return movePinch(pinch, event);
    if (held && held.pointer !== event.pointerId) return;
    if (held && event.buttons === 0 && event.pointerType === "mouse") release();
    const point = screen.pointOf(event);
    if (held) drag(held, event, point);
    view.pointAt(point);
  });

  const release = () => {
    pinch = null;
    const drawn = held?.drag === "draw";
    held = null;
    if (drawn) brush?.up();
  };
  const releaseOwn = (/** @type {PointerEvent} */ event) => {
    // Where one of two fingers leaves, the other does nothing until it leaves, too.
    if (held?.pointer === event.pointerId || pinch?.second.pointer === event.pointerId) release();
  };
  canvas.addEventListener("lostpointercapture", releaseOwn);
  window.addEventListener("pointerup", releaseOwn);
  window.addEventListener("pointercancel", releaseOwn);
  window.addEventListener("blur", release);
  canvas.addEventListener("pointerleave", () => {
    if (!held) view.pointAt(null);
  });
  canvas.addEventListener("dblclick", () => brush?.doubleClick());

  /**
   * @param {NonNullable<typeof held>} from
   * @param {PointerEvent} event
   * @param {Point} point
   */
  function drag(from, event, point) {
    const right = event.clientX - from.x;
    const down = event.clientY - from.y;
    from.x = event.clientX;
    from.y = event.clientY;
    if (from.drag === "draw") pointsOf(screen, event).forEach((passed) => brush?.move(passed, event));
    if (from.drag === "window") view.adjustWindow(right, down);
    if (from.drag === "zoom") view.zoomBy(Math.exp(-down / 200), from.anchor);
    if (from.drag === "scroll") scrollBy(from, down);
    if (from.drag === "pan") view.panBy(right / screen.placement.scaleX, down / screen.placement.scaleY);
  }

  /**
   * @param {Held} from
   * @param {number} down
   */
  function scrollBy(from, down) {
    from.travelled += down;
    while (Math.abs(from.travelled) >= FINGER_STEP) {
      const way = Math.sign(from.travelled);
      from.travelled -= way * FINGER_STEP;
      view.scroll(way * LINE_HEIGHT);
    }
  }

  /**
   * @param {Held} from
   * @param {PointerEvent} event  Of the second finger.
   */
  function beginPinch(from, event) {
    if (from.drag === "draw") brush?.takeBack();
    capture(canvas, event.pointerId);
    from.drag = "pan";
    const first = { pointer: from.pointer, x: from.x, y: from.y };
    const second = { pointer: event.pointerId, x: event.clientX, y: event.clientY };
    const { x, y } = between(first, second);
    pinch = { first, second, anchor: screen.pointOf({ clientX: x, clientY: y }) };
    view.pointAt(null);
  }

  /**
   * The point that was between the fingers stays between them.
   *
   * @param {Pinch} fingers
   * @param {PointerEvent} event
   */
  function movePinch({ first, second, anchor }, event) {
    const finger = [first, second].find(({ pointer }) => pointer === event.pointerId);
    if (!finger) return;
    const before = between(first, second);
    finger.x = event.clientX;
    finger.y = event.clientY;
    const after = between(first, second);
    if (before.apart > 0 && after.apart > 0) view.zoomBy(after.apart / before.apart, anchor);
    const scale = screen.scaleAt(view.zoom);
    view.panBy((after.x - before.x) / scale.x, (after.y - before.y) / scale.y);
  }

  return () => {
    release();
    window.removeEventListener("pointerup", releaseOwn);
    window.removeEventListener("pointercancel", releaseOwn);
    window.removeEventListener("blur", release);
  };
}

/**
 * Whether another pointer must not take over from the one that is held: a second finger, or the palm beneath a stylus.
 *
 * @param {PointerEvent} event
 * @param {Held} held
 */
function disturbs(event, held) {
  return !event.isPrimary || (held.by === "pen" && event.pointerType === "touch");
}

/**
 * Whether a second finger pinches together with the first.
 *
 * @param {PointerEvent} event
 * @param {Held} held
 */
function joins(event, held) {
  if (held.by !== "touch" || event.pointerType !== "touch") return false;
  const { at, x, y } = held.begun;
  const still = Math.hypot(held.x - x, held.y - y) < PINCH.pixels;
  return held.drag !== "draw" || still || event.timeStamp - at < PINCH.milliseconds;
}

/**
 * @param {Finger} first
 * @param {Finger} second
 */
function between(first, second) {
  const apart = Math.hypot(first.x - second.x, first.y - second.y);
  return { x: (first.x + second.x) / 2, y: (first.y + second.y) / 2, apart };
}

/**
 * Follow the pointer beyond the picture; one that is gone already cannot be followed.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} pointer
 */
function capture(canvas, pointer) {
  try {
    canvas.setPointerCapture(pointer);
  } catch {
    // What is held ends with the next event of any pointer.
  }
}

/**
 * Where the pointer was since the last event: a busy browser tells several moves at once.
 *
 * @param {import("../picture/screen.js").Screen} screen
 * @param {PointerEvent} event
 */
function pointsOf(screen, event) {
  const passed = event.getCoalescedEvents?.() ?? [];
  return (passed.length ? passed : [event]).map((part) => screen.pointOf(part));
}

/**
 * @param {PointerEvent} event
 * @param {Point} point
 * @param {LeftButton | null} brush
 * @returns {Drag}
 */
function dragOf(event, point, brush) {
  if (event.button === 1 || event.shiftKey) return "pan";
  if (event.button === 2) return "zoom";
  if (brush?.active(point)) return "draw";
  return event.pointerType === "touch" ? "scroll" : "window";
}
