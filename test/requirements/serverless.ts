/** What anypod promises where processes live for one request, and on other runtimes; see `requirements.ts`. */
const PAGE = 'docs/serverless.md';

export const serverless = {
  'serverless.session': ['Functions and pods serve one session, request by request.', PAGE],
  'serverless.nothing-after': [
    'An invocation runs nothing after its answer, and leaves neither a connection nor a pod.',
    PAGE,
  ],
  'serverless.question': ['The answer to a question may reach any invocation or pod.', PAGE],
  'serverless.question.modern': [
    'A call of 2026-07-28 whose handler waits for an answer runs again with the answer if it may. If not, its client is told.',
    PAGE,
  ],
  'serverless.limit.stream': [
    'A call in a session that outlives its function ends its stream, and whoever gets the resume finishes it.',
    PAGE,
  ],
  'serverless.limit.unsafe': [
    'A call that outlives its function and may not run again gets an error that says so.',
    PAGE,
  ],
  'serverless.limit.task': [
    'A call that outlives its function, or is always a task, is handed back as a task that a worker or a pod finishes.',
    PAGE,
  ],
  'serverless.limit.refused': [
    'A call of 2026-07-28 that outlives its function gets an error, if its client does not know tasks.',
    PAGE,
  ],
  'serverless.worker': ['A worker runs tasks while there are any. Only who has the secret can start one.', PAGE],
  'serverless.buffered': ['What a platform cannot do that buffers answers is refused with a sentence.', PAGE],
  'serverless.buffered.round': [
    'On such a platform, a question that a handler returns works, and so does a resume.',
    PAGE,
  ],
  'serverless.store-away': ['An invocation that cannot reach the store answers 503 and says when to come back.', PAGE],
  'serverless.killed': [
    'An invocation may be killed at any time: its client repeats or resumes the step elsewhere, and no unsafe tool runs twice.',
    PAGE,
  ],
  'serverless.vercel': ['The example runs by the signature of functions on Vercel, and its vercel.json fits.', PAGE],
  'serverless.lambda': ['The example runs in the runtime of AWS Lambda, streamed and behind API Gateway.', PAGE],
  'serverless.workers': ['The example runs in the runtime of Cloudflare Workers, with Durable Objects.', PAGE],
  'serverless.fly': ['A session goes on when a machine has stopped and another has started.', PAGE],
  'runtime.fetch': [
    'A pod runs on Node 22.18, 24 and 26, on Bun and on Deno, behind node:http or fetch, and shares everything with other pods.',
    PAGE,
  ],
  'runtime.disconnect': ['A pod notices during a call that its client disconnects, except behind fetch of Deno.', PAGE],
  'runtime.commands': ['The commands run on Node 22.18, 24 and 26 and on Deno, as npm would publish them.', PAGE],
  'runtime.drain': ['A pod on each runtime leaves on SIGTERM without losing its sessions.', PAGE],
} as const;
