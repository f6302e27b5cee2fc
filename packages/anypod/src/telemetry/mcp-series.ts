import type { Attributes, Histogram } from '@opentelemetry/api';
import { ATTR } from './conventions.ts';

/** No part of a series' name may take more values than this. What comes later is `_OTHER`. */
const MOST_TOOLS = 200;
const MOST_FAULTS = 50;
const OTHER = '_OTHER';

interface Series {
  readonly attributes: Attributes;
  readonly seconds: number[];
}

/** The durations of MCP's operations, under the names of OpenTelemetry's conventions. They are handed on together, as `RequestTally` does. */
export interface McpSeries {
  /** `method` must be one of a fixed set. `tool` may be anything that a client sends. */
  ended(method: string, seconds: number, tool: string | undefined, fault: string | undefined): void;
  flush(): void;
}

export function createMcpSeries(histogram: Histogram): McpSeries {
  const all = new Map<string, Map<string | undefined, Map<string | undefined, Series>>>();
  const touched: Series[] = [];
  /** Tools that have answered without a fault, so they exist. */
  const tools = new Set<string>();
  const faults = new Set<string>();

  function toolName(tool: string | undefined, fault: string | undefined): string | undefined {
    if (tool === undefined || tools.has(tool)) return tool;
    if (fault !== undefined || tools.size >= MOST_TOOLS) return OTHER;
    tools.add(tool);
    return tool;
  }

  function faultName(fault: string | undefined): string | undefined {
    if (fault === undefined || faults.has(fault)) return fault;
    if (faults.size >= MOST_FAULTS) return OTHER;
    faults.add(fault);
    return fault;
  }

  function seriesOf(method: string, tool: string | undefined, fault: string | undefined): Series {
    const byTool = entry(all, method, () => new Map());
    const byFault = entry(byTool, tool, () => new Map<string | undefined, Series>());
    return entry(byFault, fault, () => ({ attributes: attributesOf(method, tool, fault), seconds: [] }));
  }

  return {
    ended(method, seconds, tool, fault) {
      const series = seriesOf(method, toolName(tool, fault), faultName(fault));
      if (series.seconds.length === 0) touched.push(series);
      series.seconds.push(seconds);
    },
    flush() {
      for (const { seconds, attributes } of touched) {
        for (const value of seconds) histogram.record(value, attributes);
        seconds.length = 0;
      }
      touched.length = 0;
    },
  };
}

function attributesOf(method: string, tool: string | undefined, fault: string | undefined): Attributes {
  return {
    [ATTR.method]: method,
    ...(tool !== undefined && { [ATTR.tool]: tool, [ATTR.operation]: 'execute_tool' }),
    ...(fault !== undefined && { [ATTR.error]: fault }),
  };
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
