/**
 * The open questions: server→client requests that wait for an answer. The answer may arrive on any pod. A question is stored with its session,
 * so no other session can see it.
 */
export interface QuestionStore {
  /** Records a question before the client can see it. `owner` is the pod that waits. */
  ask(session: string, question: string, owner: string): Promise<void>;
  /**
   * Stores the answer (serialised JSON-RPC) if it is the first, and returns the owner. Undefined: the question is unknown, or was answered before.
   */
  answer(session: string, question: string, answer: string): Promise<string | undefined>;
  /** The pod that waits for this question; undefined: unknown. */
  owner(session: string, question: string): Promise<string | undefined>;
  /** Whether the question has an answer that nobody has taken yet. */
  isAnswered(session: string, question: string): Promise<boolean>;
  /**
   * Reads the answer and removes the question. Undefined: the question is unknown, or has no answer yet (then it stays). If the reply is lost,
   * the answer can be taken again.
   */
  take(session: string, question: string): Promise<string | undefined>;
  /** Removes a question that nobody waits for any more. A late answer is then unknown. */
  withdraw(session: string, question: string): Promise<void>;
}
