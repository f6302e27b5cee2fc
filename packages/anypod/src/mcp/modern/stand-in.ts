import type { ServerSdk } from '../sdk/sdk.ts';
import type { UserServer } from '../sdk/user-server.ts';
import { SERVED } from './modern-exchange.ts';

/** The parts of SDK v2's `McpServer` that a stand-in uses. */
interface StandIn extends UserServer {
  readonly server: { onclose?: () => void };
  toolInputSchemaJson(tool: string): unknown;
}

/**
 * Stands in for a server, so that the SDK checks a request that no new server will get. Once it has accepted the request, `instead` is called.
 * `headerSchema` is the input schema of the called tool, if it names headers.
 */
export function createStandIn(sdk: ServerSdk, instead: () => Promise<void>, headerSchema: unknown): UserServer {
  const { McpServer } = sdk as unknown as { McpServer: new (info: object) => StandIn };
  const standIn = new McpServer({ name: 'anypod', version: '0' });
  if (headerSchema !== undefined) standIn.toolInputSchemaJson = () => headerSchema;
  standIn.connect = async (transport: { handleMessage: () => Promise<Response> }) => {
    transport.handleMessage = async () => {
      try {
        await instead();
      } finally {
        standIn.server.onclose?.();
      }
      return SERVED;
    };
  };
  return standIn;
}
