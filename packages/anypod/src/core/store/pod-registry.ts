/** The leases of the pods. */
export interface PodRegistry {
  /** Renews the lease of `pod` for `leaseMs`, by the store's clock. Also keeps the pod's inbox and ownership from expiring. */
  renew(pod: string, leaseMs: number): Promise<void>;
  /** The pods whose lease has not run out. */
  living(): Promise<ReadonlySet<string>>;
  /** The pods whose lease has run out or that left, and that no pod has forgotten yet. */
  dead(): Promise<readonly string[]>;
  /** Ends the lease now. */
  leave(pod: string): Promise<void>;
  /** Forgets a dead pod, unless it has renewed its lease in the meantime. Its inbox stays for a while, since the pod may only have been paused. */
  forget(pod: string): Promise<void>;
}
