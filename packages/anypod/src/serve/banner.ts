import type { Probe } from '../mcp/sdk/probe.ts';

const SLOW_BUILD_MS = 1;

/** What a pod that has started serves. */
export interface Start {
  readonly url: string;
  readonly probe: Probe;
  /** The sessions are in Redis. */
  readonly shared: boolean;
}

/** The same for a collector of logs, as fields of one record. */
export function startFields({ url, probe, shared }: Start): Readonly<Record<string, unknown>> {
  return {
    url,
    tools: probe.tools ?? 'not known yet',
    eras: probe.modern ? 'legacy, modern' : 'legacy',
    sessions: shared ? 'redis' : 'memory',
  };
}

/** The text for a person at a terminal after the start. */
export function bannerText({ url, probe, shared }: Start): string {
  const tool = probe.tools?.[0];
  const call =
    tool === undefined
      ? '--method tools/list'
      : `--method tools/list   # then: --method tools/call --tool-name ${tool}`;
  return [
    `MCP endpoint   ${url}`,
    `Tools          ${probe.tools === undefined ? 'not known yet' : probe.tools.join(', ') || 'none'}`,
    `Eras           ${probe.modern ? 'sessions up to 2025-11-25, stateless 2026-07-28' : 'sessions up to 2025-11-25; for 2026-07-28, install @modelcontextprotocol/server'}`,
    shared
      ? 'Sessions       shared in Redis: any pod can answer'
      : 'Sessions       live in this process (embedded store); add --redis <url> to run several pods',
    `Try it         npx @modelcontextprotocol/inspector --cli ${url} --transport http ${call}`,
    '',
  ].join('\n');
}

/** Advice for a factory that creates its schemas again for every server, if that is slow. Undefined: no advice. */
export function factoryAdvice(probe: Probe): string | undefined {
  if (!probe.rebuildsSchemas || probe.buildMs < SLOW_BUILD_MS) return undefined;
  const cost = probe.buildMs.toFixed(1);
  return `Building your server takes ${cost} ms of CPU each time, because the factory creates its schemas. Create them at module level to reduce this to a fraction.`;
}
