/** The example's Worker, whose Durable Objects can be evicted: the platform does so when it updates a Worker or moves an object. */
import worker, { Pods as ExamplePods } from '../../examples/serverless/workers/worker.ts';

interface State {
  /** Ends the object at once, with all that it serves. */
  abort(reason: string): void;
}

type Arguments = ConstructorParameters<typeof ExamplePods>;

export class Pods extends ExamplePods {
  readonly #state: State;

  constructor(...[state, env]: Arguments) {
    super(state, env);
    this.#state = state as Arguments[0] & State;
  }

  override fetch(request: Request): Promise<Response> {
    if (request.headers.has('x-evict')) this.#state.abort('evicted');
    return super.fetch(request);
  }
}

export default worker;
