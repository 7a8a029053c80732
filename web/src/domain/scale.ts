/** Colour steps of the city map: five classes by rank, so that one large ward does not pale the rest. */

export const STEPS = 5;

/** The upper bounds of the classes, rising, without repeats; empty without values. */
export function bounds(values: number[]): number[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  const cuts = Array.from({ length: STEPS }, (_, at) => {
    const rank = Math.ceil(((at + 1) / STEPS) * sorted.length) - 1;
    return sorted[Math.max(0, rank)];
  }).filter((cut) => cut !== undefined);
  return [...new Set(cuts)];
}

/** 0 for nothing, then 1 … STEPS. */
export function stepOf(value: number, limits: number[]): number {
  if (value <= 0) return 0;
  const at = limits.findIndex((limit) => value <= limit);
  const rank = at < 0 ? limits.length - 1 : at;
  // With few classes the darkest still means "most".
  return STEPS - (limits.length - 1 - rank);
}
