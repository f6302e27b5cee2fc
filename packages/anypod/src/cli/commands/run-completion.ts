import { UsageError } from '../../probe/argument-values.ts';

const HELP = `Usage: anypod completion bash|zsh

Prints a script that completes commands, their verbs and their flags. For the present shell, and in ~/.bashrc or ~/.zshrc:

  source <(anypod completion bash)`;

/** Zsh has a layer for completions of bash. */
const BEGINNINGS: ReadonlyMap<string, string> = new Map([
  ['bash', ''],
  ['zsh', 'autoload -Uz compinit bashcompinit && compinit && bashcompinit\n'],
]);

/** Verbs of commands that have some. */
const VERBS = { sessions: 'list show end', tasks: 'list show cancel', completion: 'bash zsh' };

/** `anypod completion`: resolves to the exit code. `names`: all commands. Throws `UsageError`. */
export async function runCompletionCommand(argv: readonly string[], names: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const beginning = argv.length === 1 ? BEGINNINGS.get(argv[0] ?? '') : undefined;
  if (beginning === undefined) throw new UsageError('completion', ['<shell>: must be bash or zsh']);
  process.stdout.write(beginning + scriptOf(names));
  return 0;
}

/** The flags come from the command's own help, so they are always those of the installed version. */
function scriptOf(names: readonly string[]): string {
  const verbs = Object.entries(VERBS).map(([command, words]) => `    ${command}) words='${words}' ;;`);
  return `_anypod() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${names.join(' ')}'
  elif [ "\${word#-}" != "$word" ]; then
    words="$("\${COMP_WORDS[0]}" "$command" --help 2>/dev/null | grep -oE '^  --[a-z-]+' | tr -d ' ')"
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "$command" in
${verbs.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _anypod anypod
`;
}
