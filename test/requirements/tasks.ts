/** What anypod promises about tool calls that outlive their request; see `requirements.ts`. */

const SEP = 'https://modelcontextprotocol.io/seps/2663-tasks-extension';
const LEGACY = 'https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks';
const ANYPOD = 'docs/long-work.md';

export const tasks = {
  'task.modern.hand-back': [
    'A call that takes longer than afterMs is handed back as a task, to a client that declares the extension. A shorter call is answered as ever.',
    SEP,
  ],
  'task.modern.always': [
    'A tool may be a task always. Its tasks are spread over the pods, and a client without the extension gets -32021.',
    SEP,
  ],
  'task.modern.questions': [
    'The questions of a task are answered on any pod, all at once or one by one. Their keys are never used twice.',
    SEP,
  ],
  'task.modern.listen': ['subscriptions/listen with taskIds tells of every change of these tasks, on any pod.', SEP],
  'task.modern.refusals': [
    'A client that did not declare the extension gets -32021 before ids are looked at. An unknown id gets -32602.',
    SEP,
  ],
  'task.session.capability': [
    'Clients of 2025-11-25 learn at initialize that there are tasks, and from tools/list which tools can be tasks. Older clients notice nothing.',
    LEGACY,
  ],
  'task.session.any-pod': [
    "Any pod tells of a session's task, lists it and has its result. Another session does not see it.",
    LEGACY,
  ],
  'task.session.list': ['tasks/list comes in pages.', LEGACY],
  'task.session.refusals': [
    'A call that must be a task, or must not, gets -32601. A task that has ended cannot be cancelled.',
    LEGACY,
  ],
  'task.session.status': ['The standing stream of a session tells of the status of its tasks.', LEGACY],
  'task.session.questions': [
    'tasks/result delivers the questions of its task, which name the task. Any pod takes the answer.',
    LEGACY,
  ],
  'task.outcome': [
    'A result that says isError is completed in 2026-07-28 and failed in 2025-11-25. A result that is too large is an error.',
    ANYPOD,
  ],
  'task.cancel': [
    "A cancellation reaches the handler's AbortSignal on the pod where it runs or waits for an answer, and the task stays cancelled.",
    ANYPOD,
  ],
  'task.limit': ['An owner with too many unfinished tasks gets an error that says what to do.', ANYPOD],
  'task.clients': ['The official clients run tasks in both dialects, each request on another pod.', ANYPOD],
  'task.owner': [
    'Only the principal that began a task can see it. A queued task runs with its claims and without its token, and is refused after the token expired if the tool says so.',
    ANYPOD,
  ],
  'task.lost': [
    'A task of a lost pod runs again once if that is safe. Otherwise it fails with a message that says so. Questions to its client survive, unless the handler itself waits.',
    ANYPOD,
  ],
  'task.drain': ['A pod that drains takes no new task, lets short ones end, and gives the rest to other pods.', ANYPOD],
  'task.redis-restart': ['A restart of Redis loses no task.', ANYPOD],
  'task.failover': ['Where replicas are waited for, a failover of Redis loses no step of a task.', ANYPOD],
  'task.lag': [
    'The lag of the queue in Redis is the number of tasks that wait for a pod, so an autoscaler can follow it.',
    ANYPOD,
  ],
  'task.handle': [
    "A server's own code starts tasks, follows them on any pod, and reports their status. They belong to the principal for whom it runs.",
    ANYPOD,
  ],
  'task.repeat': [
    'A repeated call begins no second task, where the repeat can be known: a request id in a session, or a call that the retry guard knows.',
    ANYPOD,
  ],
  'task.cli': ['`anypod tasks` lists, shows and cancels the tasks of a deployment.', ANYPOD],
  'task.chaos': ['However pods are killed, every task ends, and the effect of none is doubled.', ANYPOD],
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;
