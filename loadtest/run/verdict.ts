import type { Finding } from './finding.ts';

/** The promises that did not hold, each with what it was measured on. */
export function brokenPromises(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ study, subject, promises }) =>
    promises.filter(({ held }) => !held).map(({ sentence }) => `${study}: ${subject}: ${sentence}`),
  );
}
