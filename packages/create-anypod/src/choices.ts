/** One of the answers to a question. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A question of `npm create anypod`, and the flag that answers it. The first choice is the default. */
export interface Question {
  readonly flag: 'sdk' | 'example' | 'run';
  readonly text: string;
  readonly choices: readonly [Choice, ...Choice[]];
}

export const QUESTIONS: readonly Question[] = [
  {
    flag: 'sdk',
    text: 'Which generation of the MCP SDK?',
    choices: [
      { value: 'v2', label: 'v2, @modelcontextprotocol/server: for new servers' },
      { value: 'v1', label: 'v1, @modelcontextprotocol/sdk: what most servers use' },
    ],
  },
  {
    flag: 'example',
    text: 'Which tool to begin with?',
    choices: [
      { value: 'greet', label: 'greet: answers at once' },
      { value: 'report', label: 'report: takes a while and tells its progress' },
      { value: 'basket', label: 'basket: keeps data between calls, on any pod' },
    ],
  },
  {
    flag: 'run',
    text: 'Where will it run?',
    choices: [
      { value: 'node', label: 'Node: a process' },
      { value: 'docker', label: 'Docker: an image, and two containers with Compose' },
      { value: 'kubernetes', label: 'Kubernetes: an image, and values for the Helm chart' },
    ],
  },
];

/** The answers, by flag. */
export type Answers = Readonly<Record<Question['flag'], string>>;
