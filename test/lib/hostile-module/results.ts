import { DEEDS, type Fault, type Ground, THROWN, VALUES } from './faults.ts';

/** Every fault by its name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  ...DEEDS,
  ...Object.fromEntries(Object.entries(VALUES).map(([name, make]) => [name, () => make()])),
  ...Object.fromEntries(
    Object.entries(THROWN).map(([name, make]) => [
      name,
      () => {
        throw make();
      },
    ]),
  ),
};

/** Runs a fault. With `say`, sends a notification first, which makes the answer a stream. */
export async function runFault(name: string, ground: Ground, say: boolean): Promise<unknown> {
  if (say) await ground.notify('notifications/message', { level: 'error', data: 'about to go wrong' });
  return FAULTS[name]?.(ground);
}
