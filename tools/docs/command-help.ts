/** What each command of anypod prints for `--help`, from the source. */
import { COMMANDS, commandNames } from '../../packages/anypod/src/cli/commands.ts';
import { runCli } from '../../packages/anypod/src/cli/run-cli.ts';
import { helpText } from '../../packages/anypod/src/serve/settings/config.ts';
import { HELP as CREATE_HELP } from '../../packages/create-anypod/src/arguments.ts';
import { CONSOLE_HELP } from '../../services/console/src/config.ts';
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
    ['init', CREATE_HELP],
    // A command of the image.
    ['console', CONSOLE_HELP],
  ]);
  for (const name of commandNames().filter((one) => !help.has(one))) {
    const load = COMMANDS.get(name);
    // A command that does not end by itself only returns after its help.
    help.set(name, await printed(async () => (load ? (await load())(['--help']) : runCli([name, '--help']))));
  }
  return help;
}
