import { parseArgs } from 'node:util';
import { type Answers, QUESTIONS } from './choices.ts';
import { UsageError } from './usage-error.ts';

/** What the user wants. */
export interface Arguments {
  readonly directory: string;
  /** Prepare the project that is there, instead of making one. */
  readonly init: boolean;
  /** Take the default where no flag answers. */
  readonly yes: boolean;
  readonly help: boolean;
  /** What package.json says of anypod: a range of versions or an address. */
  readonly anypod: string | undefined;
  readonly answers: Partial<Answers>;
}

const FLAGS = QUESTIONS.map(({ flag, choices }) => {
  const values = choices.map(({ value }, index) => (index === 0 ? `${value} (default)` : value));
  return `  --${flag.padEnd(9)} ${values.join(', ')}`;
});

export const HELP: string = `Usage: npm create anypod@latest [directory] [-- flags]
       anypod init [directory]

Makes an MCP server that runs on any number of pods. It asks what no flag answers.

${FLAGS.join('\n')}
  --yes       take the defaults and ask nothing, for scripts
  --anypod    the version of anypod, or its address, for package.json
  --init      prepare the server that is in the directory, as anypod init does`;

const DEFAULT_DIRECTORY = 'mcp-server';

/** Reads the command line. Throws `UsageError`. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const [directory = values.init ? '.' : DEFAULT_DIRECTORY, ...more] = positionals;
  if (more.length > 0) throw new UsageError('Pass one directory at most.');
  for (const { flag, choices } of QUESTIONS) {
    const known = choices.map(({ value }) => value);
    const given = values[flag];
    if (given !== undefined && !known.includes(given)) {
      throw new UsageError(`--${flag}: must be ${known.join(', ').replace(/, (?=[^,]*$)/, ' or ')}, not ${given}.`);
    }
  }
  const { sdk, example, run } = values;
  const answers = { ...(sdk && { sdk }), ...(example && { example }), ...(run && { run }) };
  return { directory, init: values.init, yes: values.yes, help: values.help, anypod: values.anypod, answers };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        sdk: { type: 'string' },
        example: { type: 'string' },
        run: { type: 'string' },
        anypod: { type: 'string' },
        yes: { type: 'boolean', short: 'y', default: false },
        init: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See --help.`);
  }
}
