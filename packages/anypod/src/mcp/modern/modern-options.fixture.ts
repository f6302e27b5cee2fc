import * as sdk from '@modelcontextprotocol/server';
import { silentLog } from '../../core/log.ts';
import { createRequestState } from '../../core/state/request-state.ts';
import { createSigner, randomId } from '../../signing/signer.ts';
import { createServerBuilder } from '../sdk/build-server.ts';
import { createRunningCalls } from '../sdk/running-calls.ts';
import type { ServerSdk } from '../sdk/sdk.ts';
import type { ModernServerOptions } from './modern-request.ts';

/** Options for servers of 2026-07-28 from this factory, with nothing around them. */
export function modernOptions(createServer: () => unknown, reuse: boolean): ModernServerOptions {
  return {
    sdk: sdk as unknown as ServerSdk,
    build: createServerBuilder(createServer as never, 1000),
    guests: false,
    parked: { park: () => 'too_many_parked', take: () => undefined },
    limited: () => undefined,
    calls: createRunningCalls(),
    ...(reuse ? { reuse: 'all' as const } : {}),
    bus: { publish: () => undefined, subscribe: () => () => undefined, deliver: () => undefined },
    requestState: createRequestState(createSigner(['a secret of at least thirty-two bytes']), 1000, randomId),
    keepAliveMs: 1000,
    maxSubscriptions: 1,
    listenAgeLimit: { watch: () => () => undefined },
    log: silentLog,
    callDeadlines: undefined,
  };
}
