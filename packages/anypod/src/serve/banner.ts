import type { Probe } from '../mcp/sdk/probe.ts';

const SLOW_BUILD_MS = 1;

/** The text for a person at a terminal after the start. */
export function bannerText(url: string, probe: Probe, shared: boolean): string {
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
