import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arguments, HELP, readArguments } from './arguments.ts';
import { ask, withDefaults } from './ask.ts';
import { QUESTIONS } from './choices.ts';
import { projectFiles, projectName, writeProject } from './create-project.ts';
import { initProject } from './init/init-project.ts';
import { UsageError } from './usage-error.ts';

const EXIT_USAGE = 2;

/** The version of this package, which is that of anypod. */
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string;
};

const print = (text: string) => void process.stdout.write(`${text}\n`);

async function create({ directory, answers: given, yes, anypod }: Arguments): Promise<void> {
  const name = projectName(directory);
  const open = QUESTIONS.filter(({ flag }) => given[flag] === undefined);
  const { stdin: input, stdout: output } = process;
  if (!yes && open.length > 0 && !(input.isTTY && output.isTTY)) {
    const flags = open.map(({ flag }) => `--${flag}`).join(', ');
    throw new UsageError(`There is no terminal to ask. Pass ${flags}, or --yes for the defaults.`);
  }
  const answers = yes ? withDefaults(given) : await ask(given, { input, output });
  const files = projectFiles(name, answers, version, anypod);
  writeProject(directory, files);
  print(`${directory} has ${files.size} files. Next:\n\n  cd ${directory}\n  npm install\n  npm test\n  npm start`);
}

async function run(argv: readonly string[]): Promise<void> {
  const given = readArguments(argv);
  if (given.help) print(HELP);
  else if (given.init) process.exitCode = initProject(given.directory, given.anypod ?? `^${version}`, print) ? 0 : 1;
  else await create(given);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_USAGE;
}
