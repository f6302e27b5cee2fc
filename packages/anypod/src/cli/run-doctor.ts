import { DOCTOR_HELP, readDoctorArguments } from '../doctor/arguments.ts';
import { type DoctorOptions, diagnose, type OnProgress } from '../doctor/diagnose.ts';
import { printable, reportText } from '../doctor/report.ts';
import { type DevicePrompt, loginByDevice } from '../login/device-login.ts';

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
  const { options: asked, json, strict, login } = readDoctorArguments(argv);
  const options = login === undefined ? asked : await withLogin(asked, login.clientId).catch(tell);
  if (options === undefined) return EXIT.nobody;
  const diagnosis = await diagnose(options, process.stderr.isTTY ? drawBar : undefined);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.stdout.write(`${json ? JSON.stringify(diagnosis, undefined, 2) : reportText(diagnosis)}\n`);
  if (diagnosis.server === undefined) return EXIT.nobody;
  const isBad = diagnosis.rows.some(({ verdict }) => verdict === 'fail' || (strict && verdict === 'warn'));
  return isBad ? EXIT.failed : 0;
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

const drawBar: OnProgress = (id, number, of) => {
  const done = Math.round((number / of) * BAR);
  process.stderr.write(`\r\u001b[K[${'#'.repeat(done)}${' '.repeat(BAR - done)}] ${number}/${of} ${id}`);
};
