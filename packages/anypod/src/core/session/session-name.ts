const LENGTH = 14;

/** The beginning of a session's id, which names it to operators. The whole id lets its holder use the session, so it is not shown. */
export function shortId(id: string): string {
  return id.slice(0, LENGTH);
}

const BEGINNING = /^(v\d{1,4}\.)?[\w-]{4,44}$/;

/** Undefined: it is no beginning of a session id. At least four characters, so that nobody ends a session by a slip. */
export function readBeginning(text = ''): string | undefined {
  return BEGINNING.test(text) ? text : undefined;
}
