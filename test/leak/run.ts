/** The leak test at full size; exits with 1 where something did not return to its baseline. */
import { measureLeak } from './measure-leak.ts';

const MIB = 1024 * 1024;
const COUNT = 10_000;

const started = Date.now();
const { leaks } = await measureLeak({
  sessions: COUNT,
  cancelled: COUNT,
  warmUp: 2000,
  heapToleranceBytes: 3 * MIB,
  report: (line) => console.log(line),
});
const seconds = Math.round((Date.now() - started) / 1000);
for (const leak of leaks) console.log(`LEAK      ${leak}`);
console.log(`${COUNT} sessions and ${COUNT} cancelled calls in ${seconds} s: ${leaks.length} leaks`);
process.exit(leaks.length === 0 ? 0 : 1);
