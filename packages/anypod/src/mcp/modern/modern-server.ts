import { type MessageEntry, messageEntryOf } from '../internals/message-entry.ts';
import { forgetClient } from '../internals/protocol.ts';
import { memoizeSchemas } from '../sdk/schema-memo.ts';
import type { ToolLists } from '../sdk/tool-lists.ts';
import type { UserServer } from '../sdk/user-server.ts';
import type { ModernExchange } from './modern-exchange.ts';

/** What `McpServer` calls when something is registered, changed or removed, connected or not. */
interface Registry {
  sendToolListChanged?(): void;
  sendResourceListChanged?(): void;
  sendPromptListChanged?(): void;
}

const CHANGES = ['sendToolListChanged', 'sendResourceListChanged', 'sendPromptListChanged'] as const;

/** One of the user's servers, serving modern requests one after the other. */
export class ModernServer {
  readonly server: UserServer;
  /** Whether other requests were or will be served. */
  readonly shared: boolean;
  /** What the SDK's next `connect` connects the server to, instead of the transport that it brings. */
  exchange: ModernExchange | undefined;
  /** The server no longer offers what the factory gave it. */
  changed = false;
  readonly #connect: UserServer['connect'];
  readonly #entry: MessageEntry | undefined;
  readonly #lists: ToolLists;

  constructor(server: UserServer, shared: boolean, lists: ToolLists) {
    this.server = server;
    this.shared = shared;
    this.#lists = lists;
    this.#connect = server.connect.bind(server);
    this.#entry = messageEntryOf(server);
    server.connect = (transport) => this.#connectExchange(transport);
    memoizeSchemas(server);
    if (shared) this.#watch(server as Registry);
  }

  /** Removes what the server knows of the client that it served. False: something is left, so it must not serve another one. */
  forget(): boolean {
    this.exchange = undefined;
    return forgetClient(this.server);
  }

  async #connectExchange(transport: Parameters<ModernExchange['replace']>[0]): Promise<void> {
    const { exchange } = this;
    if (exchange === undefined) throw new Error('A server was connected that no request has asked for.');
    exchange.replace(transport);
    await this.#connect(exchange);
    exchange.useEntry(this.#entry);
    exchange.useLists(this.#lists, this.server);
    exchange.useEnds(this.server);
  }

  #watch(registry: Registry): void {
    for (const name of CHANGES) {
      const announce = registry[name];
      if (announce === undefined) continue;
      registry[name] = () => {
        this.changed = true;
        announce.call(registry);
      };
    }
  }
}
