/** A million malformed requests; exits with 1 where one was answered wrongly, or something stayed behind. */
import { fuzz } from './fuzz.ts';
import type { TargetName } from './target.ts';

const { COUNT = '1000000', SECONDS = '3600', SEED } = process.env;
const seed = Number(SEED || Math.floor(Math.random() * 1_000_000_000));

/** The parts of the requests, and of the time. */
const PARTS: readonly [TargetName, number][] = [
  ['streamable', 0.5],
  ['sse', 0.25],
  ['auth', 0.25],
];

console.log(`seed ${seed} (SEED=${seed} makes the same requests)`);
let wrong = 0;
for (const [target, part] of PARTS) {
  const began = Date.now();
  const { sent, statuses, faults, leaks } = await fuzz({
    target,
    count: Math.ceil(Number(COUNT) * part),
    milliseconds: Number(SECONDS) * 1000 * part,
    seed,
    report: (line) => console.log(`${target}: ${line}`),
  });
  for (const fault of faults) console.log(`FAULT     ${fault}`);
  for (const leak of leaks) console.log(`LEAK      ${leak}`);
  const seconds = Math.round((Date.now() - began) / 1000);
  const answers = `${sent} requests in ${seconds} s, answers by status ${JSON.stringify(statuses)}`;
  console.log(`${target}: ${answers}: ${faults.length} faults, ${leaks.length} leaks`);
  wrong += faults.length + leaks.length;
}
process.exit(wrong === 0 ? 0 : 1);
