/** The refusals of a connection that only the operator can end, and what to do. They may be anywhere in an error's text, as with Sentinels. */
const REMEDIES: readonly (readonly [reply: RegExp, sentence: (user: string) => string])[] = [
  [
    /WRONGPASS/,
    (user) =>
      `Redis refuses the password of the user ${user}, or the user (WRONGPASS): correct REDIS_PASSWORD and REDIS_USERNAME, or the URL, in which both are percent-encoded.`,
  ],
  [/NOAUTH/, () => 'Redis requires a password (NOAUTH): set REDIS_PASSWORD, or write the password into the URL.'],
  [
    /DENIED/,
    () =>
      'Redis is in protected mode and refuses other machines (DENIED): give its default user a password, or set protected-mode no.',
  ],
  [
    /max number of clients/,
    () =>
      'Redis has as many connections as it may have: raise its maxclients, or end connections that nobody uses. The pod waits.',
  ],
];

/** A sentence for the log: why Redis refuses the connections of `user`, or else the text of the error. */
export function reasonOf(error: unknown, user: string): string {
  const text = textOf(error);
  const [, sentence] = REMEDIES.find(([reply]) => reply.test(text)) ?? [];
  return sentence?.(user) ?? text;
}

/** If all addresses of a name refuse a connection, Node's error has a code and no message. A Cluster's error says in `lastNodeError` why. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, lastNodeError } = error as Error & { readonly code?: string; readonly lastNodeError?: Error };
  const text = error.message || code || error.name;
  return lastNodeError === undefined ? text : `${text} (${lastNodeError.message})`;
}
