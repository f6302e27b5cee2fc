/** What each command of anypod prints for `--help`, from the source. */
import { COMMANDS } from '../../packages/anypod/src/cli/commands.ts';
import { runConnect } from '../../packages/anypod/src/cli/run-connect.ts';
import { helpText } from '../../packages/anypod/src/serve/config.ts';
import { HELP as CREATE_HELP } from '../../packages/create-anypod/src/arguments.ts';
import { TELEMETRY_SETTINGS } from '../../services/mcp-server/src/telemetry/settings.ts';

/** What `run` writes to the standard output. */
async function printed(run: () => Promise<unknown>): Promise<string> {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = ((part: string) => {
    text += part;
    return true;
  }) as typeof write;
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
  return text.trimEnd();
}

/** The help of each command, by its name. `stdio` takes what `serve` takes, and `init` runs `npm create anypod`. */
export async function helpOf(): Promise<ReadonlyMap<string, string>> {
  const serve = helpText(TELEMETRY_SETTINGS);
  const help = new Map([
    ['serve', serve],
    ['stdio', serve],
    ['connect', await printed(() => runConnect(['--help']))],
    ['init', CREATE_HELP],
  ]);
  for (const [name, load] of COMMANDS) {
    if (name !== 'init') help.set(name, await printed(async () => (await load())(['--help'])));
  }
  return help;
}
