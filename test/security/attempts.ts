import { expect } from 'vitest';

/** Does `act` `count` times, `width` at a time, and counts what it returns. */
export async function manyTimes(count: number, width: number, act: (index: number) => Promise<string>) {
  const seen = new Map<string, number>();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      const what = await act(next);
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return { of: (what: string) => seen.get(what) ?? 0, all: Object.fromEntries(seen) };
}

/** The status of an answer, and its reason. Every refusal says when to come back. */
export async function outcome(response: Response): Promise<string> {
  if (response.ok) {
    await response.body?.cancel();
    return 'ok';
  }
  const { error } = (await response.json()) as { error: { data?: { reason?: string } } };
  if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  return `${response.status} ${error.data?.reason}`;
}

/** How often a limit has refused, in the metrics of several pods. */
export function limitedIn(metrics: string, reason: string): number {
  const counts = metrics.matchAll(/^anypod_limited_total\{([^}]*)\} (\S+)/gm);
  return [...counts].reduce(
    (sum, [, labels = '', count]) => sum + (labels.includes(`"${reason}"`) ? Number(count) : 0),
    0,
  );
}
