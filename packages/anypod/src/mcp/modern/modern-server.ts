import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { Link } from '../../core/linked-list.ts';
import { entryOfChecked } from '../internals/checked-envelopes.ts';
import { type MessageEntry, messageEntryOf } from '../internals/message-entry.ts';
import { forgetClient } from '../internals/protocol.ts';
import { letServersAsk } from '../internals/questions.ts';
import { connectsAsSdk, reconnect } from '../internals/reconnect.ts';
import { assertServer } from '../sdk/build-server.ts';
import { memoizeSchemas } from '../sdk/schema-memo.ts';
import type { Listeners } from '../sdk/server-transport.ts';
import type { ToolLists } from '../sdk/tool-lists.ts';
import type { UserServer } from '../sdk/user-server.ts';
import type { ModernExchange } from './modern-exchange.ts';

/** The methods that `McpServer` calls when something is registered, changed or removed, whether or not it is connected. */
interface Registry {
  sendToolListChanged?(): void;
  sendResourceListChanged?(): void;
  sendPromptListChanged?(): void;
}

const CHANGES = ['sendToolListChanged', 'sendResourceListChanged', 'sendPromptListChanged'] as const;

/** One of the user's servers. It serves modern requests, one at a time. */
export class ModernServer {
  readonly server: UserServer;
  /** Whether the server may serve more than one request. */
  readonly shared: boolean;
  /** The SDK's next `connect` connects the server to this exchange, instead of to the SDK's own transport. */
  exchange: ModernExchange | undefined;
  /** Where the list of lent servers has it. */
  place: Link<ModernServer> | undefined;
  /** The server no longer offers the same as when the factory returned it. */
  changed = false;
  readonly #connect: UserServer['connect'];
  readonly #entry: MessageEntry | undefined;
  #entryOfChecked: MessageEntry | undefined;
  readonly #lists: ToolLists;
  readonly #answer: ((response: JsonRpcResponse) => void) | undefined;
  /** Whether the server may be connected without the SDK's `connect`, once that has connected it. */
  readonly #reconnects: boolean;
  #listeners: Listeners | undefined;

  /** `answer` takes the answers to the questions of a server that `server` only speaks for. */
  constructor(server: UserServer, shared: boolean, lists: ToolLists, answer?: (response: JsonRpcResponse) => void) {
    this.server = assertServer(server);
    this.shared = shared;
    this.#answer = answer;
    this.#lists = lists;
    this.#connect = server.connect.bind(server);
    this.#reconnects = shared && connectsAsSdk(server);
    this.#entry = messageEntryOf(server);
    // A function that is written where it is assigned would be old from the beginning, and keep the server (`young-garbage.test.ts`).
    const connect = (transport: Parameters<UserServer['connect']>[0]) => this.#connectExchange(transport);
    server.connect = connect;
    memoizeSchemas(server);
    letServersAsk(server);
    if (shared) this.#watch(server as Registry);
  }

  /** Forgets the call that the server has served. V8 may keep the server for a while, but the call must not stay with it. */
  letGo(): void {
    this.exchange = undefined;
    this.place = undefined;
  }

  /** Removes what the server knows about the client that it served. False: something is left, so it must not serve another client. */
  forget(): boolean {
    return forgetClient(this.server);
  }

  /** Connects the server to its exchange, without the SDK's own handler. `checked`: the envelopes of what it will serve are known to be right. */
  connect(checked = false): ModernExchange | Promise<ModernExchange> {
    const { exchange } = this;
    if (exchange === undefined) throw new Error('A server was connected for which there is no request.');
    if (this.#listeners === undefined || !reconnect(this.server, exchange))
      return this.#connectBySdk(exchange, checked);
    exchange.listenWith(this.#listeners);
    return this.#connected(exchange, checked);
  }

  async #connectBySdk(exchange: ModernExchange, checked: boolean): Promise<ModernExchange> {
    await this.#connect(exchange);
    if (this.#reconnects) this.#listeners = exchange.listeners;
    return this.#connected(exchange, checked);
  }

  #connected(exchange: ModernExchange, checked: boolean): ModernExchange {
    exchange.answersGoTo(this.#answer);
    exchange.useEntry(checked ? this.#entryForChecked() : this.#entry);
    exchange.useLists(this.#lists, this.server);
    exchange.useEnds(this.server);
    return exchange;
  }

  #entryForChecked(): MessageEntry | undefined {
    if (this.#entry !== undefined) this.#entryOfChecked ??= entryOfChecked(this.server, this.#entry);
    return this.#entryOfChecked;
  }

  async #connectExchange(transport: Parameters<ModernExchange['replace']>[0]): Promise<void> {
    this.exchange?.replace(transport);
    await this.connect();
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
