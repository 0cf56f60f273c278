// Shared by the tests of the viewer's modules: random slices and a stand-in for the browser's storage.

export const shape = { rows: 13, columns: 17 };

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A slice with about `share` of its pixels drawn with labels 1 … `labels`. */
export function randomSlice(seed, { share = 0.4, labels = 1 } = {}) {
  const next = random(seed);
  const slice = new Uint8Array(shape.rows * shape.columns);
  return slice.map(() => (next() < share ? 1 + Math.floor(next() * labels) : 0));
}

export const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

export const everywhere = () => true;

export function memoryStore() {
  const kept = new Map();
  return {
    kept,
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}
