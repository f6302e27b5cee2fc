import * as sdk from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { departureOf } from '../../core/departure.ts';
import { silentLog } from '../../core/log.ts';
import { silentWatch } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import { createRequestState } from '../../core/state/request-state.ts';
import { createSigner, randomId } from '../../signing/signer.ts';
import { createServerBuilder } from '../sdk/build-server.ts';
import { createRunningCalls } from '../sdk/running-calls.ts';
import type { ServerSdk } from '../sdk/sdk.ts';
import { createLending } from './lending.ts';

const reply: WebReply = {
  watch: silentWatch,
  form: 'either',
  json: () => undefined,
  empty: () => undefined,
  response: () => undefined,
  stream: () => expect.unreachable(),
};

it.each([undefined, 'all'] as const)(
  'with reuse %s, a server that was given back has let go of its call',
  async (reuse) => {
    const lending = createLending({
      sdk: sdk as unknown as ServerSdk,
      build: createServerBuilder(() => new sdk.McpServer({ name: 'test', version: '1' }), 1000),
      guests: false,
      parked: { park: () => 'too_many_parked', take: () => undefined },
      limited: () => undefined,
      calls: createRunningCalls(),
      ...(reuse && { reuse }),
      bus: { publish: () => undefined, subscribe: () => () => undefined, deliver: () => undefined },
      requestState: createRequestState(createSigner(['a secret of at least thirty-two bytes']), 1000, randomId),
      keepAliveMs: 1000,
      maxSubscriptions: 1,
      listenAgeLimit: { watch: () => () => undefined },
      log: silentLog,
      callDeadlines: undefined,
    });
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' } as const;
    const departure = departureOf(() => new AbortController().signal);
    const request = { body, caller: { headers: {}, url: 'http://localhost/mcp' }, reply, departure };
    const server = await lending.lend(request, undefined, new Request('http://localhost/mcp'));
    expect(server.exchange).toBeDefined();
    lending.giveBack(server);
    expect(server.exchange).toBeUndefined();
    await lending.close();
  },
);
