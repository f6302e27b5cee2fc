import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ShellCommand } from './shell.ts';
import { isChartValue, MAKE_VARIABLES, TARGETS } from './vocabulary.ts';

const ROOT = join(import.meta.dirname, '../..');
const isThere = (path: string) => existsSync(join(ROOT, path));

/** Finds what commands name that is not there: targets of make, commands and flags of anypod, values of the chart, files. `help`: by command. */
export function createFaultFinder(help: ReadonlyMap<string, string>): (commands: readonly ShellCommand[]) => string[] {
  const faultsOf = ([program = '', ...words]: readonly string[]): string[] => {
    if (program === 'npx') return faultsOf(words.filter((word) => word !== '-y'));
    if (program === 'make') return makeFaults(words);
    if (program === 'anypod') return anypodFaults(words, help);
    if (program === 'helm') return helmFaults(words);
    return pathFaults([program, ...words]);
  };
  return (commands) => commands.flatMap(({ words }) => faultsOf(words));
}

const nameOf = (assignment: string) => assignment.split('=')[0] ?? '';

function makeFaults(words: readonly string[]): string[] {
  const variables = words.filter((word) => word.includes('=')).map(nameOf);
  const targets = words.filter((word) => /^[a-z]/.test(word) && !word.includes('='));
  return [
    ...variables.filter((name) => !MAKE_VARIABLES.has(name)).map((name) => `make has no variable ${name}`),
    ...targets.filter((name) => !TARGETS.has(name)).map((name) => `make has no target ${name}`),
  ];
}

const flagsIn = (text: string) => new Set(text.match(/--[a-z][a-z-]*/g));

function anypodFaults([command = '', ...words]: readonly string[], help: ReadonlyMap<string, string>): string[] {
  if (!/^[a-z]/.test(command)) return [];
  const text = help.get(command);
  if (text === undefined) return [`anypod has no command ${command}`];
  const known = flagsIn(`${text} --help`);
  const more = /(as for|those of anypod) serve/.test(text) ? flagsIn(help.get('serve') ?? '') : known;
  const flags = words.filter((word) => /^--[a-z]/.test(word)).map(nameOf);
  return flags
    .filter((flag) => !known.has(flag) && !more.has(flag))
    .map((flag) => `anypod ${command} has no flag ${flag}`);
}

function helmFaults(words: readonly string[]): string[] {
  const after = (flags: RegExp) => words.filter((_, index) => flags.test(words[index - 1] ?? ''));
  const keys = after(/^--set(-file|-string|-json)?$/).flatMap((set) => set.split(/(?<!\\),/).map(nameOf));
  const files = [...after(/^(-f|--values)$/), ...words].filter((word) => /^[\w-]+\/[\w./-]+$/.test(word));
  return [
    ...keys.filter((key) => !isChartValue(key)).map((key) => `the chart has no value ${key}`),
    ...files.filter((file) => !isThere(file)).map((file) => `there is no ${file}`),
  ];
}

/** Files of this repository that a command is given, or that are the command. */
function pathFaults(words: readonly string[]): string[] {
  const FOLDERS = /^(?:bench|deploy|examples|helm|k8s|packages|services|test|tools)\/[\w./-]+$/;
  return words.filter((word) => FOLDERS.test(word) && !isThere(word)).map((path) => `there is no ${path}`);
}
