import { type Attributes, SpanKind } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** A recorded request, as an example of its duration. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly seconds: number;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** The newest recorded requests of each series, by the series' name and labels as `/metrics` writes them. */
export type Exemplars = Map<string, Exemplar[]>;

const MOST_SERIES = 500;
const MOST_OF_SERIES = 16;

/** Notes the requests that `exporter` gets. */
export function noteExemplars(exporter: SpanExporter, exemplars: Exemplars): SpanExporter {
  return {
    export(spans, done) {
      for (const span of spans) if (span.kind === SpanKind.SERVER) note(exemplars, span);
      exporter.export(spans, done);
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function note(exemplars: Exemplars, span: ReadableSpan): void {
  const { traceId, spanId } = span.spanContext();
  const [seconds, nanoseconds] = span.duration;
  const exemplar = { traceId, spanId, seconds: seconds + nanoseconds / 1e9, at: span.endTime[0] };
  for (const series of seriesOf(span.attributes)) {
    const known = exemplars.get(series);
    if (known === undefined && exemplars.size < MOST_SERIES) exemplars.set(series, [exemplar]);
    else known?.unshift(exemplar);
    if (known !== undefined && known.length > MOST_OF_SERIES) known.pop();
  }
}

/** The histograms that have counted a request with these attributes. */
function seriesOf(attributes: Attributes): readonly string[] {
  const method = `${attributes['mcp.method.name']}`;
  const tool = attributes['gen_ai.tool.name'];
  const error = attributes['error.type'];
  const labels = [
    `mcp_method_name="${method}"`,
    ...(tool === undefined ? [] : [`gen_ai_tool_name="${tool}"`, 'gen_ai_operation_name="execute_tool"']),
    ...(error === undefined ? [] : [`error_type="${error}"`]),
  ];
  return [
    `anypod_request_duration_seconds{method="${method}",era="${attributes['anypod.era']}"`,
    `mcp_server_operation_duration_seconds{${labels.join()}`,
  ];
}

/** A page of `/metrics` in the form of OpenMetrics 1.0, which has exemplars. */
export function asOpenMetrics(page: string, exemplars: Exemplars): string {
  /** The upper end of the bucket before, in the same series. */
  let above = 0;
  const lines = page
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.startsWith('#'))
        return line.startsWith('# UNIT') ? undefined : line.replace(/^(# \w+ \w+)_total /, '$1 ');
      const [, name, labels, end] = /^(\w+)_bucket(\{.*),le="([^"]+)"\} /.exec(line) ?? [];
      if (name === undefined) {
        above = 0;
        return line;
      }
      const [from, to] = [above, end === '+Inf' ? Number.POSITIVE_INFINITY : Number(end)];
      above = to;
      const found = exemplars.get(name + labels)?.find(({ seconds }) => seconds > from && seconds <= to);
      return found === undefined ? line : `${line} ${written(found)}`;
    });
  return `${lines.filter((line) => line !== undefined).join('\n')}\n# EOF\n`;
}

function written({ traceId, spanId, seconds, at }: Exemplar): string {
  return `# {trace_id="${traceId}",span_id="${spanId}"} ${seconds} ${at}`;
}
