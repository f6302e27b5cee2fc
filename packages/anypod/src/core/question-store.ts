/**
 * The open questions: server→client requests that wait for their answer, which may arrive on any pod. Kept with their
 * session, so a question of another session is unknown by construction.
 */
export interface QuestionStore {
  /** Records a question before the client can see it. `owner` is the pod that waits. */
  ask(session: string, question: string, owner: string): Promise<void>;
  /** Stores the answer (serialised JSON-RPC) if it is the first and tells the owner; undefined: unknown, or answered before. */
  answer(session: string, question: string, answer: string): Promise<string | undefined>;
  /** The pod that waits for this question; undefined: unknown. */
  owner(session: string, question: string): Promise<string | undefined>;
  /** Whether the question's answer is stored and not yet taken. */
  isAnswered(session: string, question: string): Promise<boolean>;
  /**
   * Reads the answer and removes the question; undefined: unknown, or not answered yet (then it stays). An answer that did not arrive can be
   * taken again.
   */
  take(session: string, question: string): Promise<string | undefined>;
  /** Removes a question nobody waits for any more; a late answer finds nothing. */
  withdraw(session: string, question: string): Promise<void>;
}
