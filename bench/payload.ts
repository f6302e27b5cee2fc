/**
 * What ANYPOD_PAYLOAD_KEYS costs: the CPU time of a pod per request with it and without it, in turn in one run; and that of one text, by its size.
 */
import { cpuUsage } from 'node:process';
import { createSealer } from 'anypod';
import { REDIS } from './kinds.ts';
import { median } from './median.ts';
import { startBenchRedis } from './redis.ts';
import { pinLoad, runRounds } from './rounds.ts';
import { subject } from './suites.ts';
import type { Work } from './work.ts';

const KEY = 'a-payload-key-that-only-the-bench-may-use';
const LENGTH = { rounds: Number(process.env['ROUNDS'] ?? 5), milliseconds: 2000 };
const SIZES = [100, 1000, 10_000, 100_000];

const WORKS: Readonly<Partial<Record<Work, string>>> = {
  call: 'a short call in a session, which keeps nothing',
  progress: 'a call that reports progress, with a log of its stream',
  open: 'a new session',
};

/** µs of CPU to seal and to open a text. */
function costOf(size: number): [seal: number, open: number] {
  const sealer = createSealer([KEY]);
  const text = 'x'.repeat(size);
  const times = Math.ceil(2_000_000 / (size + 1000));
  const measure = (act: () => unknown) => {
    for (let each = 0; each < times / 10; each += 1) act();
    const before = cpuUsage();
    for (let each = 0; each < times; each += 1) act();
    const { user, system } = cpuUsage(before);
    return (user + system) / times;
  };
  const sealed = sealer.seal('key', 1, text);
  return [measure(() => sealer.seal('key', 1, text)), measure(() => sealer.open('key', 1, sealed))];
}

for (const size of SIZES) {
  const [seal, open] = costOf(size);
  console.log(`A text of ${size} bytes: ${seal.toFixed(1)} µs of CPU to seal, ${open.toFixed(1)} µs to open.`);
}

pinLoad();
const redis = await startBenchRedis();
// Pods of different keys do not share a prefix.
const sealed = { ...REDIS, name: 'anypod, Redis, sealed', env: { ANYPOD_PAYLOAD_KEYS: KEY, ANYPOD_PREFIX: 'sealed' } };
for (const [work, what] of Object.entries(WORKS)) {
  const subjects = [REDIS, sealed].map((kind) => subject(kind, work as Work, 20));
  const results = await runRounds(subjects, redis, LENGTH);
  const [without = 0, encrypted = 0] = results.map(({ samples }) => median(samples.map(({ cpuMicros }) => cpuMicros)));
  const ratio = (encrypted / without).toFixed(2);
  console.log(
    `${what}: ${without.toFixed(0)} µs of CPU without, ${encrypted.toFixed(0)} µs with payload keys: ${ratio} times.`,
  );
}
await redis.stop();
