import { DOCTOR_HELP, type DoctorCommand, readDoctorArguments } from '../../doctor/arguments.ts';
import { type DoctorOptions, diagnose, type Listener } from '../../doctor/diagnose.ts';
import type { Diagnosis, OnRow } from '../../doctor/finding.ts';
import { printable, rowText, sumsText } from '../../doctor/report.ts';
import { smokeTest } from '../../doctor/smoke/smoke-test.ts';
import { type DevicePrompt, loginByDevice } from '../../login/device-login.ts';

const EXIT = { failed: 1, nobody: 3 } as const;
const BAR = 20;
/** How long the user may take to log in. */
const LOGIN_MS = 600_000;

/** `anypod doctor`: resolves to the exit code. Throws `UsageError`. */
export async function runDoctorCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${DOCTOR_HELP}\n`);
    return 0;
  }
  const asked = readDoctorArguments(argv);
  const { json, strict, login } = asked;
  const options = login === undefined ? asked.options : await withLogin(asked.options, login.clientId).catch(tell);
  if (options === undefined) return EXIT.nobody;
  const diagnosis = await examine({ ...asked, options });
  process.stdout.write(json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : sumsText(diagnosis));
  if (diagnosis.server === undefined) return EXIT.nobody;
  const isBad = diagnosis.rows.some(({ verdict }) => verdict === 'fail' || (strict && verdict === 'warn'));
  return isBad ? EXIT.failed : 0;
}

/** Probes, and prints each row as soon as it is found. On a terminal, a bar is below the rows until the end. */
async function examine({ options, smoke, json }: DoctorCommand): Promise<Diagnosis> {
  const erase = () => void (process.stderr.isTTY && process.stderr.write('\r\u001b[K'));
  const onRow: OnRow = (row) => {
    if (json) return;
    erase();
    process.stdout.write(rowText(row));
  };
  if (smoke !== undefined) return smokeTest({ ...options, ...smoke }, onRow);
  const diagnosis = await diagnose(options, process.stderr.isTTY ? { onRow, onProgress: drawBar } : { onRow });
  erase();
  return diagnosis;
}

async function withLogin(options: DoctorOptions, clientId: string | undefined): Promise<DoctorOptions> {
  const show = ({ page, code }: DevicePrompt) =>
    void process.stderr.write(`Open ${printable(page)} on any device, and enter the code ${printable(code)}\n`);
  const token = await loginByDevice({ url: options.url, clientId, show, signal: AbortSignal.timeout(LOGIN_MS) });
  return { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } };
}

function tell(error: Error): undefined {
  const { code, message } = (error.cause ?? {}) as Partial<NodeJS.ErrnoException>;
  const reason = code ?? message;
  const why =
    reason === undefined
      ? error.message
      : `the endpoint or its authorization server cannot be reached: ${reason}. Check the URL.`;
  process.stderr.write(`anypod doctor: ${printable(why)}\n`);
}

const drawBar: NonNullable<Listener['onProgress']> = (id, number, of) => {
  const done = Math.round((number / of) * BAR);
  process.stderr.write(`\r\u001b[K[${'#'.repeat(done)}${' '.repeat(BAR - done)}] ${number}/${of} ${id}`);
};
