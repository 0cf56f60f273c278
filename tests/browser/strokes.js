/**
 * Draws many strokes, a loop around a place of its own each, while slices, labels, tools and maps change between and
 * under them; returns [x, y, slice, label] of each, with x and y as shares of the picture.
 *
 * The demo cohort's pixels are square, and so are its slices, of which all is seen.
 */
async ({ count, columns, rows, size }) => {
  // Not the number of the real mouse: Chromium lets that one move, no button held, whenever the layout changes under it.
  const PEN = 77;
  const { element } = ctvizBoard;
  const find = (name) => element.querySelector(`[data-testid="${name}"]`);
  const canvas = find("editor-canvas");
  const loop = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]];
  const options = { bubbles: true, composed: true, cancelable: true };
  const frame = () => new Promise(requestAnimationFrame);
  const press = (key) => element.dispatchEvent(new KeyboardEvent("keydown", { key, ...options }));
  const wheel = (deltaY) => canvas.dispatchEvent(new WheelEvent("wheel", { deltaY, ...options }));
  const choose = (label) => {
    find("label").selectedIndex = label;
    find("label").dispatchEvent(new Event("change", options));
  };

  async function stroke(x, y, scrolls) {
    const send = (kind, [right, down]) => {
      const box = canvas.getBoundingClientRect();
      const { left, top, scaleX, scaleY } = ctvizBoard.placement;
      const clientX = box.x + left + scaleX * size * (x + (0.4 * right) / columns);
      const clientY = box.y + top + scaleY * size * (y + (0.4 * down) / columns);
      const pointer = { pointerId: PEN, pointerType: "mouse", isPrimary: true, buttons: kind === "pointerup" ? 0 : 1 };
      canvas.dispatchEvent(new PointerEvent(kind, { clientX, clientY, ...pointer, ...options }));
    };
    send("pointerdown", loop[0]);
    const begun = [ctvizBoard.slice, find("label").selectedOptions[0].textContent];
    for (const corner of loop.slice(1)) {
      await frame();
      send("pointermove", corner);
      if (!scrolls) continue;
      press("ArrowDown");
      wheel(100);
    }
    send("pointerup", loop[0]);
    return [x, y, ...begun];
  }

  const strokes = [];
  for (let number = 0; number < count; number++) {
    if (number % 3 === 0) wheel(number % 2 ? 100 : -100);
    if (number % 7 === 0) {
      choose((number / 7) % 2);
      press((number / 7) % 4 < 2 ? "f" : "b");
      await frame();
    }
    const x = ((number % columns) + 0.5) / columns;
    const y = (Math.floor(number / columns) + 0.5) / rows;
    strokes.push(await stroke(x, y, number % 5 === 0));
    await frame();
  }
  return strokes;
}
