/** One command as a page shows it: the variables before it, and its words without quotes. */
export interface ShellCommand {
  readonly variables: readonly string[];
  readonly words: readonly string[];
}

/** A quoted part, an escape, an operator, a comment, white space, or something plain. */
const TOKEN = /'[^']*'|"(?:\\.|[^"\\])*"|\\.|\$\(|&&|\|\||[|;&()]|\n|(?<=^|\s)#[^\n]*|[ \t]+|[^\s'"\\|;&()$#]+|[$#]/gms;
const OPERATORS = new Set(['&&', '||', '|', ';', '&', '(', ')', '$(', '\n']);

/** The commands of a script, also those in `$(…)`. It reads what pages use, not all of the shell's language. */
export function commandsOf(script: string): ShellCommand[] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const end = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (const [token] of script.replaceAll('\\\n', ' ').matchAll(TOKEN)) {
    if (OPERATORS.has(token)) {
      end();
      commands.push([]);
    } else if (/^[ \t]/.test(token)) end();
    else if (!(token.startsWith('#') && word === undefined && token.length > 1)) word = (word ?? '') + plain(token);
  }
  end();
  return commands.map(commandOf).filter(({ words, variables }) => words.length + variables.length > 0);
}

function plain(token: string): string {
  return /^['"]/.test(token) ? token.slice(1, -1) : token.replace(/^\\/, '');
}

function commandOf(words: readonly string[]): ShellCommand {
  const ASSIGNMENT = /^([A-Z_][A-Z0-9_]*)=/;
  const rest = words[0] === 'export' || words[0] === 'exec' ? words.slice(1) : words;
  const first = rest.findIndex((word) => !ASSIGNMENT.test(word));
  const assigned = first === -1 ? rest : rest.slice(0, first);
  return {
    variables: assigned.map((word) => ASSIGNMENT.exec(word)?.[1] ?? ''),
    words: first === -1 ? [] : rest.slice(first),
  };
}
