import type { Attributes, Histogram } from '@opentelemetry/api';
import { ATTR, faultIn } from './conventions.ts';

/** No part of a series' name may take more values than this. What comes later is `_OTHER`. */
const MOST_NAMES = 200;
const MOST_FAULTS = 50;
const OTHER = '_OTHER';

interface Series {
  readonly attributes: Attributes;
  readonly seconds: number[];
}

/** The durations of MCP's operations, under the names of OpenTelemetry's conventions. They are handed on together, as `RequestTally` does. */
export interface McpSeries {
  /** These tools exist, so they have their names from the first call on, also if it fails. */
  known(tools: readonly string[]): void;
  /** `method` must be one of a fixed set. `name`: of a tool or a prompt; it may be anything that a client sends. */
  ended(method: string, seconds: number, name: string | undefined, fault: string | undefined): void;
  flush(): void;
}

export function createMcpSeries(histogram: Histogram): McpSeries {
  const all = new Map<string, Map<string | undefined, Map<string | undefined, Series>>>();
  const touched: Series[] = [];
  /** Those that exist: anypod has seen them in a list, or they have answered without a fault. */
  const tools = new Set<string>();
  const prompts = new Set<string>();
  const faults = new Set<string>();

  function nameOf(method: string, name: string | undefined, fault: string | undefined): string | undefined {
    const names = method === 'prompts/get' ? prompts : tools;
    if (name === undefined || names.has(name)) return name;
    if (fault !== undefined || names.size >= MOST_NAMES) return OTHER;
    names.add(name);
    return name;
  }

  function faultName(fault: string | undefined): string | undefined {
    if (fault === undefined || faults.has(fault)) return fault;
    if (faults.size >= MOST_FAULTS) return OTHER;
    faults.add(fault);
    return fault;
  }

  function seriesOf(method: string, name: string | undefined, fault: string | undefined): Series {
    const byName = entry(all, method, () => new Map());
    const byFault = entry(byName, name, () => new Map<string | undefined, Series>());
    return entry(byFault, fault, () => ({ attributes: attributesOf(method, name, fault), seconds: [] }));
  }

  return {
    known(found) {
      for (const tool of found.slice(0, MOST_NAMES - tools.size)) tools.add(tool);
    },
    ended(method, seconds, name, fault) {
      const series = seriesOf(method, nameOf(method, name, fault), faultName(fault));
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

function attributesOf(method: string, name: string | undefined, fault: string | undefined): Attributes {
  return {
    [ATTR.method]: method,
    ...(name !== undefined && named(method, name)),
    ...(fault !== undefined && faultIn(fault)),
  };
}

function named(method: string, name: string): Attributes {
  return method === 'prompts/get' ? { [ATTR.prompt]: name } : { [ATTR.tool]: name, [ATTR.operation]: 'execute_tool' };
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
