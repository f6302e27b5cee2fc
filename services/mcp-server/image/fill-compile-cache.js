// Starts the service as the image does, alone and before its Redis, so that Node stores the compiled code of a start in a folder. A container then
// reads it and compiles nothing. Arguments: the program and the folder. Runs in the image itself, because the cache fits one Node, one user and one set of NODE_OPTIONS.
import { spawn } from 'node:child_process';

const STARTS = [
  { until: 'the pod serves', env: {} },
  {
    until: 'waiting for the store',
    env: { REDIS_URL: 'redis://127.0.0.1:1', ANYPOD_SECRET: 'a-secret-that-only-this-build-uses-0123456789' },
  },
];

for (const { until, env } of STARTS) {
  const [node, main, folder] = [process.execPath, ...process.argv.slice(2)];
  const pod = spawn(node, [main, 'serve', 'server.ts'], {
    env: { ...process.env, ANYPOD_DRAIN_DELAY: '0', NODE_COMPILE_CACHE: folder, ...env },
  });
  let log = '';
  for (const output of [pod.stdout, pod.stderr]) {
    output.on('data', (text) => {
      log += text;
      if (log.includes(until)) pod.kill('SIGTERM');
    });
  }
  const code = await new Promise((resolve) => pod.once('close', resolve));
  if (code !== 0 || !log.includes(until)) throw new Error(`The service ended with ${code}:\n${log}`);
}
