import { describe, expect, it } from 'vitest';
import type { Caller } from '../../core/caller.ts';
import { createSigner } from '../../signing/signer.ts';
import { createAccounts } from './accounts.ts';
import { LIMIT_DEFAULTS, type LimitSettings } from './limit-options.ts';

const callerOf = (sub: string, tenant?: string): Caller => ({
  headers: {},
  url: '',
  authInfo: { token: '', clientId: 'app', scopes: [], extra: { iss: 'i', sub, ...(tenant && { tenant }) } },
});

const start = (settings: Partial<LimitSettings>) =>
  createAccounts({ ...LIMIT_DEFAULTS, ...settings }, createSigner(['a secret of at least thirty-two bytes']), () => 0);

describe('the accounts of a caller', () => {
  it('are its own and then that of its tenant, where they have limits [limits.tenant]', () => {
    const both = start({ callerCalls: 1, tenantCalls: 2 });
    const [own, shared, ...others] = both(callerOf('ann', 'acme'));
    expect([own?.limits.calls, shared?.limits.calls, others]).toEqual([1, 2, []]);
    expect(both(callerOf('bob', 'acme'))[1]).toBe(shared);
    expect(both(callerOf('ann'))).toHaveLength(1);
    expect(start({ tenantCalls: 2 })(callerOf('ann'))).toEqual([]);
    // A user cannot be named like a tenant.
    expect(new Set([own, shared, ...both(callerOf('acme'))].map((account) => account?.key)).size).toBe(3);
  });

  it('need no list for each request where tenants have no limits [limits.off]', () => {
    const accountsOf = start({ callerCalls: 1 });
    expect(accountsOf(callerOf('ann', 'acme'))).toBe(accountsOf(callerOf('ann', 'acme')));
  });

  it('are forgotten when there are many, but not while a request waits or runs [limits.tenant]', () => {
    const accountsOf = start({ tenantRatePerMinute: 1 });
    const [idle, entering, calling] = ['idle', 'entering', 'calling'].map(
      (tenant) => accountsOf(callerOf('u', tenant))[0],
    );
    if (entering !== undefined) entering.entering += 1;
    if (calling !== undefined) calling.calls += 1;
    for (let each = 0; each < 1000; each += 1) accountsOf(callerOf('u', `tenant ${each}`));
    expect(accountsOf(callerOf('u', 'entering'))[0]).toBe(entering);
    expect(accountsOf(callerOf('u', 'calling'))[0]).toBe(calling);
    expect(accountsOf(callerOf('u', 'idle'))[0]).not.toBe(idle);
  });
});
