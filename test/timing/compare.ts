/** How the times of two kinds of requests differ. */
export interface Comparison {
  /** Medians, in µs. */
  readonly medians: readonly [one: number, other: number];
  /** How often a time of the first kind is longer than one of the second; 0.5: nobody can tell them apart. */
  readonly longer: number;
  /** How likely such a difference is, or a greater one, where there is none (Mann-Whitney U, two-sided). */
  readonly p: number;
}

/** Compares by ranks, since the times of requests have no known distribution, and some are very long. */
export function compareTimes(one: readonly number[], other: readonly number[]): Comparison {
  const ranks = ranksOf([...one, ...other]);
  const [n, m] = [one.length, other.length];
  const sum = ranks.slice(0, n).reduce((total, rank) => total + rank, 0);
  const u = sum - (n * (n + 1)) / 2;
  const z = (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return { medians: [medianOf(one), medianOf(other)], longer: u / (n * m), p: 2 * (1 - normal(Math.abs(z))) };
}

/** The rank of each value. Equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to += 1;
    for (let at = from; at <= to; at += 1) ranks[order[at] as number] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The normal distribution up to `z`, at least 0 (Abramowitz and Stegun 26.2.17, to 7 digits). */
function normal(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z);
  const series =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
