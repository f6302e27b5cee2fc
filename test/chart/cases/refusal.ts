/** Values that cannot work, and the sentence with which the chart refuses them. */
export interface Refusal {
  /** By path: `{ 'keda.enabled': true }`. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}
