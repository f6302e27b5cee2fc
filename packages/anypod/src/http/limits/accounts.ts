import { type Caller, principalOf } from '../../core/caller.ts';
import type { Signer } from '../../core/signer.ts';
import type { Bucket } from '../../core/store/quotas.ts';
import { type AccountLimits, limitsOfCaller, limitsOfTenant } from './account-limits.ts';
import type { LimitSettings } from './limit-options.ts';
import type { Load } from './overload.ts';
import { BucketView } from './rate-limiter.ts';

/** What one caller uses on this pod, or all callers of one tenant, and how much that may be. A request counts for each account that it has. */
export class Account implements Load {
  /** Names the account in the store. Whoever lacks the secret cannot find its name or address by trying all addresses. */
  readonly key: string;
  readonly limits: AccountLimits;
  /** Undefined: the account may have any rate. */
  readonly buckets: Readonly<Record<Bucket, BucketView>> | undefined;
  /** The list of this account, for all requests that have no other. */
  readonly alone: readonly Account[] = [this];
  calls = 0;
  streams = 0;
  listens = 0;
  /** Requests that do not count yet, because it is not known whether there is room for them. */
  entering = 0;

  constructor(key: string, limits: AccountLimits) {
    const { rate } = limits;
    this.key = key;
    this.limits = limits;
    if (rate !== undefined)
      this.buckets = { calls: new BucketView(key, 'calls', rate), resumes: new BucketView(key, 'resumes', rate) };
  }

  /** Until when this pod knows that a bucket is empty. 0: it does not know. */
  emptyUntil(bucket: Bucket): number {
    return this.buckets?.[bucket].emptyUntil ?? 0;
  }

  /** Whether the pod would know the same without this object. */
  isIdle(now: number): boolean {
    const views = this.buckets === undefined ? [] : [this.buckets.calls, this.buckets.resumes];
    return (
      this.entering + this.calls + this.streams === 0 && views.every((view) => !view.asking && view.emptyUntil <= now)
    );
  }
}

const FIRST_SWEEP = 1000;
const NONE: readonly Account[] = [];

/**
 * Returns the accounts of a caller: its own, and that of its tenant, if each has limits. Its own is the first, so that what it may not do costs its tenant
 * nothing.
 */
export function createAccounts(
  settings: LimitSettings,
  signer: Signer,
  now: () => number,
): (caller: Caller) => readonly Account[] {
  const callers = accountsOf(limitsOfCaller(settings), signer, now);
  const tenants = accountsOf(limitsOfTenant(settings), signer, now);
  return (caller) => {
    const own = callers?.(nameOf(caller));
    const tenant = tenants === undefined ? undefined : tenantNameOf(caller);
    if (tenants === undefined || tenant === undefined) return own?.alone ?? NONE;
    const shared = tenants(tenant);
    return own === undefined ? shared.alone : [own, shared];
  };
}

/** Finds accounts of one kind by their names. The pod keeps twice as many as are active, at least a thousand. */
function accountsOf(
  limits: AccountLimits | undefined,
  signer: Signer,
  now: () => number,
): ((name: string) => Account) | undefined {
  if (limits === undefined) return undefined;
  const accounts = new Map<string, Account>();
  let sweepAt = FIRST_SWEEP;

  function sweep(): void {
    for (const [name, account] of accounts) if (account.isIdle(now())) accounts.delete(name);
    sweepAt = Math.max(FIRST_SWEEP, 2 * accounts.size);
  }

  return (name) => {
    const known = accounts.get(name);
    if (known !== undefined) return known;
    if (accounts.size >= sweepAt) sweep();
    const account = new Account(signer.sign('caller', name), limits);
    accounts.set(name, account);
    return account;
  };
}

/** Its principal, or its address if it is anonymous. All anonymous callers without an address are one caller. */
function nameOf({ authInfo, address = '' }: Caller): string {
  const principal = principalOf(authInfo);
  return principal === undefined ? `address ${address}` : `principal ${principal}`;
}

/** Undefined: the caller has no tenant. */
function tenantNameOf({ authInfo }: Caller): string | undefined {
  const tenant = authInfo?.extra?.['tenant'] ?? '';
  return tenant === '' ? undefined : `tenant ${JSON.stringify(tenant)}`;
}
