import { answerOn, type OpenPod } from './answer.ts';
import type { Invocations } from './invocations.ts';

/** One pod for all requests of a Durable Object. It leaves when nothing has used it for a while. */
export class SharedPod {
  readonly #invocations: Invocations;
  readonly #idleMs: number;
  #pod: Promise<OpenPod> | undefined;
  #uses = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(invocations: Invocations, idleMs: number) {
    this.#invocations = invocations;
    this.#idleMs = idleMs;
  }

  /** Serves a request. Its use ends with the body of its answer. */
  async serve(request: Request): Promise<Response> {
    this.#uses += 1;
    clearTimeout(this.#idle);
    let used = false;
    const { response } = await answerOn(this.#open(), request, {}, async () => {
      if (!used) this.#used();
      used = true;
    });
    return response;
  }

  #open(): Promise<OpenPod> {
    this.#pod ??= this.#invocations.open();
    // The next request tries again.
    this.#pod.catch(() => {
      this.#pod = undefined;
    });
    return this.#pod;
  }

  #used(): void {
    this.#uses -= 1;
    if (this.#uses === 0) this.#idle = setTimeout(() => void this.#leaveIfIdle(), this.#idleMs);
  }

  async #leaveIfIdle(): Promise<void> {
    const pod = await this.#pod;
    if (this.#uses > 0 || pod === undefined) return;
    if (pod.anypod.busy > 0) {
      this.#idle = setTimeout(() => void this.#leaveIfIdle(), this.#idleMs);
      return;
    }
    this.#pod = undefined;
    await pod.close();
  }
}
