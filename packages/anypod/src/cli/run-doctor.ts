import { DOCTOR_HELP, readDoctorArguments } from '../doctor/arguments.ts';
import { diagnose, type OnProgress } from '../doctor/diagnose.ts';
import { reportText } from '../doctor/report.ts';

const EXIT = { failed: 1, nobody: 3 } as const;
const BAR = 20;

/** `anypod doctor`: resolves to the exit code. Throws `UsageError`. */
export async function runDoctorCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${DOCTOR_HELP}\n`);
    return 0;
  }
  const { options, json, strict } = readDoctorArguments(argv);
  const diagnosis = await diagnose(options, process.stderr.isTTY ? drawBar : undefined);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.stdout.write(`${json ? JSON.stringify(diagnosis, undefined, 2) : reportText(diagnosis)}\n`);
  if (diagnosis.server === undefined) return EXIT.nobody;
  const isBad = diagnosis.rows.some(({ verdict }) => verdict === 'fail' || (strict && verdict === 'warn'));
  return isBad ? EXIT.failed : 0;
}

const drawBar: OnProgress = (id, number, of) => {
  const done = Math.round((number / of) * BAR);
  process.stderr.write(`\r\u001b[K[${'#'.repeat(done)}${' '.repeat(BAR - done)}] ${number}/${of} ${id}`);
};
