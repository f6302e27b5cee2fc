/** A quantity at several sizes. */
export interface Sample {
  readonly size: number;
  readonly value: number;
}

/**
 * With which power of the size a quantity grows: the slope of the line of least squares through the logarithms. 0: not at all; 1: as the size
 * does. NaN where a value is not above 0.
 */
export function exponentOf(samples: readonly Sample[]): number {
  const points = samples.map(({ size, value }) => ({ x: Math.log(size), y: value > 0 ? Math.log(value) : Number.NaN }));
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [meanOf(points.map((point) => point.x)), meanOf(points.map((point) => point.y))];
  const covariance = meanOf(points.map((point) => (point.x - x) * (point.y - y)));
  const variance = meanOf(points.map((point) => (point.x - x) ** 2));
  return covariance / variance;
}
