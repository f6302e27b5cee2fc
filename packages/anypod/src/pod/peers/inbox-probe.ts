import type { InboxGauge } from '../../core/meter.ts';
import type { PodContext } from '../context/context.ts';

/** Mail of a pod to itself, which tells how long mail takes. */
export interface InboxProbe extends InboxGauge {
  /** The pod has got its mail with this number. */
  received(number: number): void;
  /** Mail may be lost. */
  missed(): void;
}

/** Each reading sends mail, so a pod whose metrics nobody collects sends none. */
export function createInboxProbe({
  pod,
  store,
  now,
  closing,
}: Pick<PodContext, 'pod' | 'store' | 'now' | 'closing'>): InboxProbe {
  /** When the mail was sent that has not come, by its number, the oldest first. */
  const sent = new Map<number, number>();
  let number = 0;
  let lastMs = 0;

  function send(): void {
    if (closing.aborted) return;
    number += 1;
    const own = number;
    sent.set(own, now());
    // While the store is away no mail is late, and requests tell what is wrong.
    store.inbox.send(pod, { type: 'probe', number: own }).catch(() => sent.delete(own));
  }

  return {
    delayMs() {
      const [oldest] = sent.values();
      send();
      return oldest === undefined ? lastMs : Math.max(lastMs, now() - oldest);
    },
    received(got) {
      lastMs = now() - (sent.get(got) ?? now());
      // Mail comes in order, so what was sent before is lost.
      for (const one of sent.keys()) if (one <= got) sent.delete(one);
    },
    missed() {
      sent.clear();
      lastMs = 0;
    },
  };
}
