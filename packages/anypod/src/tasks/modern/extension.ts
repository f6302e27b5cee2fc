import type { JsonRpcRequest, JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { rpcError } from '../../core/json/rpc-error.ts';
import { FIRST_MODERN_VERSION, VERSION_META_KEY } from '../../core/session/protocol-version.ts';

/** The extension's name in capabilities (SEP-2663). */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
/** MissingRequiredClientCapability. */
const MISSING_CAPABILITY = -32021;

type Meta = Readonly<Record<string, unknown>>;

const metaOf = ({ params }: JsonRpcRequest) => (params?.['_meta'] ?? {}) as Meta;

/** Whether the client declared the extension on this request. */
export function declaresTasks(request: JsonRpcRequest): boolean {
  const capabilities = metaOf(request)[CAPABILITIES] as { extensions?: Meta } | undefined | null;
  const extensions = capabilities?.extensions;
  return typeof extensions === 'object' && extensions !== null && TASKS_EXTENSION in extensions;
}

/**
 * Whether the headers of a request and its `_meta` are what the revision requires. If not, the SDK refuses the request with the right error. `name`
 * is the value that `Mcp-Name` mirrors.
 */
export function isFramed(request: JsonRpcRequest, headers: Readonly<Record<string, unknown>>, name: unknown): boolean {
  const meta = metaOf(request);
  const header = (of: string) => (typeof headers[of] === 'string' ? headers[of].trim() : undefined);
  return (
    meta[VERSION_META_KEY] === FIRST_MODERN_VERSION &&
    header('mcp-protocol-version') === FIRST_MODERN_VERSION &&
    typeof meta[CAPABILITIES] === 'object' &&
    header('mcp-method') === request.method &&
    (typeof name !== 'string' || header('mcp-name') === name)
  );
}

/** The refusal of a request that only a client with the extension may send. Its HTTP status is 400. */
export function missingExtension(id: RequestId | null, what: string): JsonRpcResponse {
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  const message = `${what} needs a client that declares the extension ${TASKS_EXTENSION} in its request's _meta.`;
  return rpcError(id, MISSING_CAPABILITY, message, { requiredCapabilities });
}
