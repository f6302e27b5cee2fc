/** The value in the middle, or the mean of the two that are there. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? Number.NaN, sorted[Math.floor(middle)] ?? Number.NaN];
  return (low + high) / 2;
}

/** The median of the tenth of the values that is least: of what was disturbed least. */
export function leastTenth(values: readonly number[]): number {
  return median(values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length / 10)));
}
