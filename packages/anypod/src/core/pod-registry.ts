/** The leases of the living pods. */
export interface PodRegistry {
  /** Says that `pod` lives for `leaseMs` more; the store's clock counts. */
  renew(pod: string, leaseMs: number): Promise<void>;
  /** The pods whose lease has not run out. */
  living(): Promise<ReadonlySet<string>>;
  /** Gives the lease up, and removes the pod's inbox. */
  leave(pod: string): Promise<void>;
}
