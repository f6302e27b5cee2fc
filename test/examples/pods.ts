import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll } from 'vitest';
import type { Balancer } from '../lib/balancer-process.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { type Pods, startPods } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

/** The path of a file of the examples. */
export const example = (path: string) => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));

export interface ExamplePods {
  /** The endpoint of the balancer. */
  readonly url: string;
  readonly pods: Pods['pods'];
}

/** Pods of an example in turns, from `beforeAll` to `afterAll`. `env` is asked when they start. */
export function usePods(module: string, count = 2, env: () => Record<string, string> = () => ({})): ExamplePods {
  const parts: { redis?: RedisServer; pods?: Pods; haproxy?: Balancer } = {};
  beforeAll(async () => {
    parts.redis = await startRedis();
    parts.pods = await startPods({ module: example(module), count, redisUrl: parts.redis.url, env: env() });
    parts.haproxy = await startHaproxy({ pods: parts.pods.pods, balance: 'roundrobin' });
  });
  afterAll(async () => {
    await parts.haproxy?.stop();
    await parts.pods?.stop();
    await parts.redis?.stop();
  });
  return {
    get url() {
      return parts.haproxy?.url ?? '';
    },
    get pods() {
      return parts.pods?.pods ?? [];
    },
  };
}

/** Both eras of the protocol, for `it.each`. */
export const ERAS = [
  ['legacy', 'legacy'],
  ['modern', { pin: '2026-07-28' }],
] as const;

/** The official client, connected. It answers each question with the next of `answers`. */
export async function connect(url: string, mode: (typeof ERAS)[number][1], answers: readonly object[] = []) {
  const capabilities = { elicitation: { form: {} } };
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode }, capabilities });
  const questions: string[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    questions.push(params.message);
    const content = answers[questions.length - 1] as Record<string, string> | undefined;
    return content === undefined ? { action: 'decline' } : { action: 'accept', content };
  });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { content } = await client.callTool({ name, arguments: args });
    const [first] = content;
    return first?.type === 'text' ? first.text : '';
  };
  return { client, call, questions };
}
