/** What anypod promises of its speed, in words and as k6 checks it; times in ms. */
export interface Promised {
  readonly sentence: string;
  readonly threshold: string;
}

export const PROMISES = {
  medianOverhead: { sentence: 'Half of all calls take at most 1 ms more than their tool.', threshold: 'p(50)<=1' },
  tailOverhead: { sentence: '99 of 100 calls take at most 5 ms more than their tool.', threshold: 'p(99)<=5' },
  smallEnvelope: {
    sentence: 'A message has at most 100 bytes besides its result and its event id.',
    threshold: 'med<=100',
  },
  nothingDropped: { sentence: 'k6 made every call at its due time.', threshold: 'count==0' },
  nothingFailed: { sentence: 'No call fails.', threshold: 'rate==0' },
  everythingRight: { sentence: 'Every answer is correct.', threshold: 'rate==1' },
} satisfies Record<string, Promised>;
