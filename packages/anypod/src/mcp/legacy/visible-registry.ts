import type { HostedRegistry } from '../../core/server-host.ts';
import { NO_CHANGES, type RegistryChanges } from '../../core/session/session.ts';
import { itemsOf, type RegisteredItem, type Registry, watchRegistries } from '../internals/registries.ts';
import { alterItem, Item, KEY, nameOfPlace, readPlace, written } from './registry-items.ts';
import { itemsIn, type RegistrySnapshot, type RegistryTexts, takeSnapshot } from './registry-snapshot.ts';

/**
 * For whom the code runs that changes a registry. `session`: its change concerns this session. `every`: the code runs on every pod, because it handles a
 * notification that every server of the session gets. `again`: the same, but this pod repeats the notification for a new server.
 */
export type ChangedFor = 'session' | 'every' | 'again';

/** What other pods cannot do: `added`: an item with new code; `code`: other code of an item. */
export type Unfollowed = 'added' | 'code';

export interface RegistryOwner {
  changedFor(): ChangedFor;
  /** Something may have changed. `take` returns it after the present turn. */
  touched(): void;
  /** Called with each change that other pods cannot follow. */
  unfollowed(why: Unfollowed, registry: Registry, key: string): void;
  /** An item could not be made as it is on another pod. */
  failed(error: unknown, registry: Registry, key: string): void;
}

/** Watches what a server's code does to its tools, prompts, resources and templates, and makes them as they are on other pods. */
export class VisibleRegistry implements HostedRegistry {
  readonly #server: object;
  readonly #owner: RegistryOwner;
  readonly #texts: RegistryTexts;
  readonly #snapshot: RegistrySnapshot;
  /** Undefined: nothing has changed so far. */
  #known: ReadonlyMap<Registry, Map<string, Item>> | undefined;
  /** Items with new code. Other pods do not have them. */
  #strangers: WeakSet<RegisteredItem> | undefined;
  /** For whom the changes were made that no diff has found yet. Undefined: there are none. */
  #touched: ChangedFor | undefined;
  #muted = false;
  #changes: RegistryChanges = NO_CHANGES;
  /** Changes on their way to the store. */
  #leaving: RegistryChanges = NO_CHANGES;
  /** The changes of the session that this registry follows. */
  #followed: RegistryChanges = NO_CHANGES;

  /** `server`: as the factory has returned it. */
  constructor(server: object, owner: RegistryOwner, texts: RegistryTexts) {
    this.#server = server;
    this.#owner = owner;
    this.#texts = texts;
    this.#snapshot = takeSnapshot(server);
    texts.learn(this.#snapshot);
    watchRegistries(server, () => this.touch());
  }

  get #items(): ReadonlyMap<Registry, Map<string, Item>> {
    this.#known ??= itemsIn(this.#snapshot, this.#texts);
    return this.#known;
  }

  /** The server's code has changed something, or says so. Returns whether it may announce it. */
  touch(): boolean {
    if (this.#muted) return false;
    const whose = this.#owner.changedFor();
    if (this.#touched === undefined) queueMicrotask(() => this.#compare());
    if (this.#touched === undefined || whose === 'session') this.#touched = whose;
    this.#owner.touched();
    return true;
  }

  take(): RegistryChanges {
    this.#compare();
    if (this.#changes.size === 0) return NO_CHANGES;
    this.#leaving = this.#changes;
    this.#changes = NO_CHANGES;
    return this.#leaving;
  }

  stored(): void {
    this.#leaving = NO_CHANGES;
  }

  follow(changes: RegistryChanges): void {
    if (changes.size === 0 && this.#followed.size === 0) return;
    this.#compare();
    this.#followed = changes;
    this.#obey();
  }

  /** Finds what has changed since the last look. */
  #compare(): void {
    const whose = this.#touched;
    if (whose === undefined) return;
    this.#touched = undefined;
    for (const [registry, known] of this.#items) {
      const present = this.#find(registry, known, whose);
      for (const item of known.values()) this.#compareItem(registry, item, present.get(item), whose);
    }
    if (whose === 'again') this.#obey();
  }

  /** The items that are registered now, each with its key. */
  #find(registry: Registry, known: Map<string, Item>, whose: ChangedFor): ReadonlyMap<Item, string> {
    const byObject = new Map<RegisteredItem, Item>();
    for (const item of known.values()) byObject.set(item.object, item);
    const present = new Map<Item, string>();
    const added: [string, RegisteredItem][] = [];
    for (const [key, object] of Object.entries(itemsOf(this.#server, registry) ?? {})) {
      const item = byObject.get(object);
      if (item !== undefined) present.set(item, key);
      else if (this.#strangers?.has(object) !== true) added.push([key, object]);
    }
    for (const [key, object] of added) {
      const item = this.#learn(registry, known, present, key, object, whose);
      if (item !== undefined) present.set(item, key);
    }
    return present;
  }

  /**
   * Takes a new object as an item. Undefined: it has new code that other pods do not have, so it is followed nowhere. All servers of the session register
   * what they register for a notification.
   */
  #learn(
    registry: Registry,
    known: Map<string, Item>,
    present: ReadonlyMap<Item, string>,
    key: string,
    object: RegisteredItem,
    whose: ChangedFor,
  ): Item | undefined {
    const earlier = known.get(key);
    if (earlier === undefined && whose !== 'session') {
      const item = new Item(registry, key, object);
      known.set(key, item);
      return item;
    }
    const isBack = whose !== 'session' || earlier?.hasCodeOf(registry, object) === true;
    if (earlier !== undefined && !present.has(earlier) && isBack) {
      earlier.object = object;
      return earlier;
    }
    this.#strangers ??= new WeakSet();
    this.#strangers.add(object);
    if (whose === 'session') this.#owner.unfollowed('added', registry, key);
    return undefined;
  }

  #compareItem(registry: Registry, item: Item, key: string | undefined, whose: ChangedFor): void {
    if (key !== item.key) {
      item.key = key;
      this.#note(registry, item, KEY, key ?? null, whose);
    }
    if (key === undefined) return;
    if (!item.hasCodeOf(registry, item.object) && whose === 'session') {
      this.#owner.unfollowed('code', registry, key);
    }
    for (const member of item.changed(registry)) this.#note(registry, item, member, item.object[member], whose);
    item.see(registry);
  }

  /** Other pods make the same change if it is made for every pod, so it is stored only if the session has a value of its own. */
  #note({ kind }: Registry, { id }: Item, member: string, value: unknown, whose: ChangedFor): void {
    const name = nameOfPlace({ kind, member, id });
    if (whose === 'session' || (whose === 'every' && this.#followed.has(name))) {
      this.#changes = new Map(this.#changes).set(name, textOf(value));
    }
  }

  /** Makes the registry what the session's changes say, except for changes of this server that are not stored yet. */
  #obey(): void {
    const altered = new Map<Item, [Registry, Map<string, unknown>]>();
    for (const [name, json] of this.#followed) {
      if (this.#changes.has(name) || this.#leaving.has(name)) continue;
      const [registry, item, member] = this.#itemAt(name) ?? [];
      if (registry === undefined || item === undefined || member === undefined) continue;
      const present = member === KEY ? (item.key ?? null) : item.object[member];
      if (textOf(present) === json) continue;
      const [, changes] = altered.get(item) ?? [registry, new Map<string, unknown>()];
      altered.set(item, [registry, changes.set(member, JSON.parse(json) as unknown)]);
    }
    for (const [item, [registry, changes]] of altered) this.#alter(registry, item, changes);
  }

  /** The server that made the change has announced it, so this one is silent. */
  #alter(registry: Registry, item: Item, changes: ReadonlyMap<string, unknown>): void {
    this.#muted = true;
    try {
      alterItem(this.#server, registry, item, changes);
    } catch (error) {
      this.#owner.failed(error, registry, item.id);
    } finally {
      this.#muted = false;
    }
  }

  #itemAt(name: string): [Registry, Item, string] | undefined {
    const place = readPlace(name);
    for (const [registry, known] of this.#items) {
      const item = registry.kind === place?.kind ? known.get(place.id) : undefined;
      if (item !== undefined && place !== undefined) return [registry, item, place.member];
    }
    return undefined;
  }
}

/** The JSON of a change. What JSON cannot hold counts as absent: a list that has it fails. */
function textOf(value: unknown): string {
  return written(value) ?? 'null';
}
