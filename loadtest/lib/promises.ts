/** What anypod promises of its speed, in words and as k6 checks it; times in ms. */
export interface Promised {
  readonly sentence: string;
  readonly threshold: string;
}

export const PROMISES = {
  medianOverhead: { sentence: 'Half of all calls cost at most 1 ms beside their tool.', threshold: 'p(50)<=1' },
  tailOverhead: { sentence: '99 of 100 calls cost at most 5 ms beside their tool.', threshold: 'p(99)<=5' },
  smallEnvelope: {
    sentence: 'A message costs at most 100 bytes beside its result and its event id.',
    threshold: 'med<=100',
  },
  nothingDropped: { sentence: 'Every call was made when it was due.', threshold: 'count==0' },
  nothingFailed: { sentence: 'No call fails.', threshold: 'rate==0' },
  everythingRight: { sentence: 'Every answer is the right one.', threshold: 'rate==1' },
} satisfies Record<string, Promised>;
