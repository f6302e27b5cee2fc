import { itemsOf, REGISTRIES, type RegisteredItem, type Registry } from '../internals/registries.ts';
import { Item, textsOf } from './registry-items.ts';

/** The items of one registry when the factory returned. Every session's server has one, so it is small: flat, and without a copy of any object. */
interface Taken {
  readonly registry: Registry;
  readonly keys: readonly string[];
  readonly objects: readonly RegisteredItem[];
  /** What `Registry.read` adds for each item in turn. */
  readonly values: readonly unknown[];
}

/** A server's registries when the factory returned it. */
export type RegistrySnapshot = readonly Taken[];

export function takeSnapshot(server: object): RegistrySnapshot {
  const snapshot: Taken[] = [];
  for (const registry of REGISTRIES) {
    const items = itemsOf(server, registry);
    const keys = items === undefined ? [] : Object.keys(items);
    if (items === undefined || keys.length === 0) continue;
    const objects = Object.values(items);
    const values: unknown[] = [];
    for (const object of objects) registry.read(object, values);
    snapshot.push({ registry, keys, objects, values });
  }
  return snapshot;
}

type Texts = readonly (string | undefined)[];

/**
 * The JSON of the objects that a module's factory registers, such as annotations. It is taken of the first server of a module, as the factory returned it.
 * Code may change such an object in place later, and then only this tells that it has changed.
 */
export interface RegistryTexts {
  learn(snapshot: RegistrySnapshot): void;
  /** Undefined: the first server had no such item. */
  find(registry: Registry, key: string): Texts | undefined;
}

export function createRegistryTexts(): RegistryTexts {
  let known: Map<Registry, Map<string, Texts>> | undefined;
  return {
    learn(snapshot) {
      known ??= new Map(
        snapshot.map(({ registry, keys, values }) => [
          registry,
          new Map(keys.map((key, at) => [key, textsOf(registry, valuesAt(registry, values, at))])),
        ]),
      );
    },
    find: (registry, key) => known?.get(registry)?.get(key),
  };
}

function valuesAt({ width }: Registry, values: readonly unknown[], at: number): readonly unknown[] {
  return values.slice(at * width, (at + 1) * width);
}

/** Makes items of a snapshot. */
export function itemsIn(snapshot: RegistrySnapshot, texts: RegistryTexts): ReadonlyMap<Registry, Map<string, Item>> {
  const taken = new Map(snapshot.map((one) => [one.registry, one]));
  return new Map(
    REGISTRIES.map((registry) => {
      const { keys, objects, values } = taken.get(registry) ?? { keys: [], objects: [], values: [] };
      const items = keys.map((key, at): [string, Item] => {
        const object = objects[at] as RegisteredItem;
        return [key, new Item(registry, key, object, valuesAt(registry, values, at), texts.find(registry, key))];
      });
      return [registry, new Map(items)];
    }),
  );
}
