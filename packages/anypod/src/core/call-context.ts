/** What a request asks for. */
export interface CallName {
  /** As the client named it. */
  readonly method: string;
  /** The tool, prompt or URI that it names; undefined where it names none. */
  readonly name: string | undefined;
}

/** The call that a server's code runs for, as far as the async context knows it. */
export interface CallContext extends CallName {
  /** The session's id; undefined: a call of 2026-07-28. Never log it whole: to an anonymous client it is all that protects the session. */
  readonly session: string | undefined;
  /** The tool that is called; undefined where the call is none. */
  readonly tool: string | undefined;
}

/** Tells which call the code that runs now belongs to. */
export interface CallContexts {
  /** Undefined: none, such as what a module does by itself. */
  current(): CallContext | undefined;
}
