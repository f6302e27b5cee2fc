/** A tool, prompt, resource or template as `McpServer` keeps it. `update` and `enabled` are public, the rest of the members depends on the SDK. */
export interface RegisteredItem {
  enabled?: boolean;
  update?(changes: Record<string, unknown>): void;
  [member: string]: unknown;
}

export type ItemKind = 'tool' | 'prompt' | 'resource' | 'template';

/** What is known about a kind of registered items. A member that an SDK does not have is undefined on every item. */
export interface Registry {
  readonly kind: ItemKind;
  /** The server's private member that holds the items, by name or URI. */
  readonly member: '_registeredTools' | '_registeredPrompts' | '_registeredResources' | '_registeredResourceTemplates';
  /** How `update` calls the key of an item. */
  readonly key: 'name' | 'uri';
  /** Members that `update` can change and JSON can hold. */
  readonly visible: readonly string[];
  /** Adds to `values` those members of an item, in this order, and then its members that hold code. Names them itself, because that is ten times faster. */
  read(item: RegisteredItem, values: unknown[]): void;
  /** How many values `read` adds. */
  readonly width: number;
}

export const REGISTRIES: readonly Registry[] = [
  {
    kind: 'tool',
    member: '_registeredTools',
    key: 'name',
    visible: ['enabled', 'title', 'description', 'annotations', '_meta', 'icons'],
    read(item, values) {
      values.push(item.enabled, item['title'], item['description'], item['annotations'], item['_meta'], item['icons']);
      values.push(
        item['handler'] ?? item['callback'],
        item['inputSchema'],
        item['outputSchema'],
        item['scopeChallenge'],
      );
    },
    width: 10,
  },
  {
    kind: 'prompt',
    member: '_registeredPrompts',
    key: 'name',
    visible: ['enabled', 'title', 'description', '_meta', 'icons'],
    read(item, values) {
      values.push(item.enabled, item['title'], item['description'], item['_meta'], item['icons']);
      values.push(item['handler'] ?? item['callback'], item['argsSchema'], item['scopeChallenge']);
    },
    width: 8,
  },
  {
    kind: 'resource',
    member: '_registeredResources',
    key: 'uri',
    visible: ['enabled', 'name', 'title', 'metadata'],
    read(item, values) {
      values.push(item.enabled, item['name'], item['title'], item['metadata']);
      values.push(item['readCallback'], item['scopeChallenge']);
    },
    width: 6,
  },
  {
    kind: 'template',
    member: '_registeredResourceTemplates',
    key: 'name',
    visible: ['enabled', 'title', 'metadata'],
    read(item, values) {
      values.push(item.enabled, item['title'], item['metadata']);
      values.push(item['readCallback'], item['resourceTemplate'], item['scopeChallenge']);
    },
    width: 6,
  },
];

type Items = Record<string, RegisteredItem>;

/** The items of a server, by name or URI. Undefined: the server has no such registry, as `Server` has none, or the SDK keeps it elsewhere. */
export function itemsOf(server: object, { member }: Registry): Items | undefined {
  const items = (server as Readonly<Record<string, unknown>>)[member];
  return typeof items === 'object' && items !== null ? (items as Items) : undefined;
}

/** The methods that `McpServer` calls when something is registered, changed or removed, whether or not it is connected. */
const ANNOUNCES = ['sendToolListChanged', 'sendResourceListChanged', 'sendPromptListChanged'] as const;

/**
 * Calls `onChange` each time that something has been registered, changed or removed, or that the server's code announces this. If `onChange` returns
 * false, the server does not announce it.
 */
export function watchRegistries(server: object, onChange: () => boolean): void {
  const announcing = server as Record<string, unknown>;
  for (const name of ANNOUNCES) {
    const announce = announcing[name];
    if (typeof announce !== 'function') continue;
    announcing[name] = (...args: unknown[]) => (onChange() ? (announce.apply(server, args) as unknown) : undefined);
  }
}
