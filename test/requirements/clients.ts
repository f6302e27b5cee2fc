/** What anypod promises to the oldest clients, to hosts that speak stdio, and to clients that use `anypod/client`; see `requirements.ts`. */
const SSE = 'docs/http-sse.md';
const STDIO = 'docs/stdio.md';
const CLIENT = 'docs/client.md';

export const clients = {
  'http.sse.any-pod': [
    'A client of HTTP+SSE is served by any pod: messages, progress, questions, cancellations, and what the server says by itself.',
    SSE,
  ],
  'http.sse.beside': ['HTTP+SSE and Streamable HTTP serve one server at the same time, in sessions of their own.', SSE],
  'http.sse.stream': [
    'When the pod of a stream drains or dies, the session lives. A client that comes back with Last-Event-ID misses nothing.',
    SSE,
  ],
  'http.sse.reopened': ['The official client of HTTP+SSE goes on in a new session when its stream ends.', SSE],
  'http.sse.lost-call': ['A call of a client of HTTP+SSE whose pod dies is answered with the reason.', SSE],
  'http.sse.refused': ['What names no session of HTTP+SSE, or comes twice, is refused.', SSE],

  'host.stdio.eras': ['anypod stdio and anypod connect serve hosts of every revision.', STDIO],
  'host.stdio.output': ['anypod stdio writes nothing but messages to stdout, whatever its module prints.', STDIO],
  'host.stdio.end': ['anypod stdio and anypod connect end when their host closes the input or is killed.', STDIO],
  'host.stdio.rejection': ['A rejection that a module does not handle does not end anypod stdio.', STDIO],
  'host.stdio.hosts': ['The documented configurations of hosts and pipelines work as they are.', STDIO],
  'host.connect.resume': ['anypod connect resumes the stream of a call whose connection breaks.', STDIO],
  'host.connect.once': [
    'anypod connect does not send a call again that may have run. Its host gets an error that says so.',
    STDIO,
  ],
  'host.connect.session': [
    'anypod connect opens a new session after 404, with the same initialize, log level and subscriptions.',
    STDIO,
  ],
  'host.connect.back-off': ['anypod connect waits for an endpoint that cannot be reached or is starting.', STDIO],
  'host.connect.cancel': ['A host that cancels a call of 2026-07-28 ends its request to the endpoint.', STDIO],
  'host.connect.no-login': ['With --no-login anypod connect passes 401 on, and opens no browser.', STDIO],
  'host.call.exit': [
    'The exit code of anypod call tells a result, a failed tool, wrong arguments and silence apart.',
    'docs/cli.md',
  ],

  'client.resume': ['A call that has a position is resumed as often as needed, and gets its answer once.', CLIENT],
  'client.repeat': [
    'A call that is safe to repeat is sent again when its connection breaks, and not for ever.',
    CLIENT,
  ],
  'client.once': ['A call that may have run is not sent again. It gets an error that says so.', CLIENT],
  'client.back-off': ['A request that was not taken is sent again with growing waits, or after Retry-After.', CLIENT],
  'client.silence': ['A stream or an answer that is silent for too long counts as lost.', CLIENT],
  'client.session': [
    'After 404 a new session is opened with the same initialize, log level and subscriptions.',
    CLIENT,
  ],
  'client.token': ['A token that expires during a call is renewed, and the call goes on.', CLIENT],
  'client.step': [
    'A call with a name goes on in the next process, or has its result there, and never runs twice.',
    CLIENT,
  ],
  'client.store': ['What is kept outlives the process, in a file that only its owner can read.', CLIENT],
  'client.store.alone': ['A process whose file another process has changed is told, and overwrites nothing.', CLIENT],
  'client.task': ['A task is waited for in place of the client, with its progress and its questions.', CLIENT],
  'client.bad-network': [
    'On a network that drops connections, safe calls get their results and no other call runs twice.',
    CLIENT,
  ],
} as const;
