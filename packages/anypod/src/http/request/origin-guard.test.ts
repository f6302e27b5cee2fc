import { describe, expect, it } from 'vitest';
import { Refusal } from '../reply/refusal.ts';
import { createOriginGuard, LOOPBACK_NAMES } from './origin-guard.ts';

describe('origin guard', () => {
  const loopback = createOriginGuard({ allowedHosts: LOOPBACK_NAMES });
  const open = createOriginGuard({});
  const listed = createOriginGuard({ allowedOrigins: ['app.example.com'] });

  it.each([
    [loopback, 'localhost:3000', undefined],
    [loopback, '127.0.0.1:8080', 'http://127.0.0.1:5173'],
    [loopback, '[::1]:3000', undefined],
    [open, '127.0.0.1:3000', 'http://localhost:5173'],
    [open, 'mcp.example.com', 'https://mcp.example.com'],
    [listed, 'mcp.example.com', 'https://app.example.com:8443'],
  ])('lets pass %#', (guard, host, origin) => {
    expect(() => guard(host, origin)).not.toThrow();
  });

  it.each([
    [loopback, 'evil.example.com', undefined],
    [loopback, 'localhost.evil.example.com:3000', undefined],
    [loopback, '', undefined],
    [loopback, 'localhost:3000', 'http://evil.example.com'],
    [open, 'mcp.example.com', 'https://evil.example.com'],
    [open, 'mcp.example.com', 'null'],
    [listed, 'mcp.example.com', 'https://mcp.example.com'],
  ])('refuses %#', (guard, host, origin) => {
    expect(() => guard(host, origin)).toThrowError(Refusal);
  });
});
