import type { Caller } from '../../core/caller.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { FIRST_MODERN_VERSION, VERSION_META_KEY } from '../../core/session/protocol-version.ts';
import { isPlainMessage } from '../internals/message-entry.ts';

type Values = Readonly<Record<string, unknown>>;

/** Methods that need no capability of the client, and the parameter that `Mcp-Name` repeats. */
const NAMED_BY: Readonly<Record<string, string | undefined>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tools/list': undefined,
  'prompts/list': undefined,
  'resources/list': undefined,
  'resources/templates/list': undefined,
  'completion/complete': undefined,
};

const ENVELOPE: Values = { jsonrpc: true, id: true, method: true, params: true };
const CLIENT_INFO_KEY = 'io.modelcontextprotocol/clientInfo';
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';
const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel';
const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** What a client says of itself in text. */
const INFO = ['name', 'title', 'version', 'description', 'websiteUrl'];

/** Values of `Mcp-Name` that begin so are encoded. */
const ENCODED = '=?';

/**
 * Whether SDK v2's own handler surely accepts a request of 2026-07-28, so that its server may get it at once. That handler parses each request several
 * times. False: the SDK must check the request, because it may have to refuse it.
 */
export function isPlainCall(body: JsonRpcRequest, { headers }: Caller): boolean {
  const { id, method, params } = body;
  return (
    Object.hasOwn(NAMED_BY, method) &&
    headers['mcp-protocol-version'] === FIRST_MODERN_VERSION &&
    headers['mcp-method'] === method &&
    (typeof id === 'string' || Number.isSafeInteger(id)) &&
    isRecord(params) &&
    isNamed(params, NAMED_BY[method], headers['mcp-name']) &&
    isPlainMessage(body) &&
    isPlainMeta(params['_meta']) &&
    body.jsonrpc === '2.0' &&
    Object.keys(body).every((key) => Object.hasOwn(ENVELOPE, key))
  );
}

function isNamed(params: Values, parameter: string | undefined, header: unknown): boolean {
  if (parameter === undefined) return true;
  const name = params[parameter];
  return typeof name === 'string' && name === header && !name.startsWith(ENCODED);
}

function isPlainMeta(meta: unknown): boolean {
  if (!isRecord(meta) || meta[VERSION_META_KEY] !== FIRST_MODERN_VERSION) return false;
  const level = meta[LOG_LEVEL_KEY];
  return (
    isPlainInfo(meta[CLIENT_INFO_KEY]) &&
    isPlainCapabilities(meta[CAPABILITIES_KEY]) &&
    (level === undefined || LOG_LEVELS.includes(level as string))
  );
}

/** Icons are rare, so the SDK checks them. */
function isPlainInfo(info: unknown): boolean {
  if (info === undefined) return true;
  if (!isRecord(info) || typeof info['name'] !== 'string' || typeof info['version'] !== 'string') return false;
  for (const key of Object.keys(info)) {
    if (!INFO.includes(key) || typeof info[key] !== 'string') return false;
  }
  return true;
}

/** Whether capabilities have only the settings that most clients have. */
function isPlainCapabilities(capabilities: unknown): boolean {
  if (!isRecord(capabilities)) return false;
  for (const [name, settings] of Object.entries(capabilities)) {
    if (!isRecord(settings) || !Object.entries(settings).every(([key, value]) => isPlainSetting(name, key, value)))
      return false;
  }
  return true;
}

function isPlainSetting(capability: string, key: string, value: unknown): boolean {
  if (capability === 'roots' && key === 'listChanged') return typeof value === 'boolean';
  return isRecord(value) && (capability === 'extensions' || Object.keys(value).length === 0);
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
