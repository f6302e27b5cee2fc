/** A million malformed requests; exits with 1 where one was answered wrongly, or something stayed behind. */
import { fuzz } from './fuzz.ts';

const { COUNT = '1000000', SECONDS = '3600', SEED } = process.env;
const seed = Number(SEED || Math.floor(Math.random() * 1_000_000_000));

const began = Date.now();
console.log(`seed ${seed} (SEED=${seed} makes the same requests)`);
const { sent, statuses, faults, leaks } = await fuzz({
  count: Number(COUNT),
  milliseconds: Number(SECONDS) * 1000,
  seed,
  report: (line) => console.log(line),
});
for (const fault of faults) console.log(`FAULT     ${fault}`);
for (const leak of leaks) console.log(`LEAK      ${leak}`);
const seconds = Math.round((Date.now() - began) / 1000);
console.log(
  `${sent} requests in ${seconds} s, answers by status ${JSON.stringify(statuses)}: ${faults.length} faults, ${leaks.length} leaks`,
);
process.exit(faults.length + leaks.length === 0 ? 0 : 1);
