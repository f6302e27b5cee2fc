import { buckets, counter, gauge, SCOPE } from './series.ts';

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: 'reqps' | 's' | 'short' | 'bytes' | 'percentunit';
  readonly queries: readonly Query[];
}

const RATE = '$__rate_interval';
const rate = (selector: string) => `rate(${selector}[${RATE}])`;
const total = (legend: string, expr: string): Query => ({ legend, expr });
const by = (label: string, expr: string): Query => ({ legend: `{{${label}}}`, expr: `sum by (${label}) (${expr})` });
const quantile = (of: string, selector: string, ...labels: string[]) =>
  `histogram_quantile(${of}, sum by (${['le', ...labels].join(', ')}) (${rate(selector)}))`;

/** From what clients notice to what causes it. */
const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  'What clients see': [
    {
      title: 'Requests',
      description:
        'By outcome. `unavailable`: "Refused requests" says why. `failed`: look at the server. `refused`: look at the clients.',
      unit: 'reqps',
      queries: [by('outcome', rate(counter('anypod.requests')))],
    },
    {
      title: 'Duration of requests',
      description: 'Of tool calls too, so it depends on your tools.',
      unit: 's',
      queries: [
        total('half', quantile('0.5', buckets('anypod.request.duration'))),
        total('95%', quantile('0.95', buckets('anypod.request.duration'))),
        total('99%', quantile('0.99', buckets('anypod.request.duration'))),
      ],
    },
    {
      title: 'Duration of tools, 95%',
      description: 'A slow tool on idle pods waits for another service.',
      unit: 's',
      queries: [
        {
          legend: '{{gen_ai_tool_name}}',
          expr: quantile(
            '0.95',
            buckets('mcp.server.operation.duration', 'mcp_method_name="tools/call"'),
            'gen_ai_tool_name',
          ),
        },
      ],
    },
    {
      title: 'Faults by tool',
      description: 'Calls whose result is an error, per second, by kind of error.',
      unit: 'reqps',
      queries: [
        {
          legend: '{{gen_ai_tool_name}} {{error_type}}',
          expr: `sum by (gen_ai_tool_name, error_type) (${rate(counter('mcp.server.operation.duration', 'mcp_method_name="tools/call"', 'error_type!=""'))})`,
        },
      ],
    },
  ],
  'What pods do': [
    {
      title: 'Pods by phase',
      description: '0 serving, 1 announced, 2 draining, 3 closing.',
      unit: 'short',
      queries: [{ legend: 'phase {{phase}}', expr: `count_values("phase", ${gauge('anypod.drain.phase')})` }],
    },
    {
      title: 'Calls in flight',
      description: 'Per pod. High with idle pods: the tools wait.',
      unit: 'short',
      queries: [{ legend: '{{instance}}', expr: gauge('anypod.requests.in_flight') }],
    },
    {
      title: 'Open streams',
      description: 'By kind.',
      unit: 'short',
      queries: [by('kind', gauge('anypod.streams.open'))],
    },
    {
      title: 'Delay of the event loop',
      description: 'Per pod, 99%. Above 0.2 s a handler blocks the pod, or the pod has too little CPU.',
      unit: 's',
      queries: [{ legend: '{{instance}}', expr: gauge('nodejs.eventloop.delay.p99') }],
    },
    {
      title: 'Delay of mail between pods',
      description: 'Per pod. It grows while a pod does not read its inbox, so answers and resumed streams wait.',
      unit: 's',
      queries: [{ legend: '{{instance}}', expr: gauge('anypod.inbox.delay') }],
    },
    {
      title: 'Blocked event loop',
      description: 'Share of the time in which a pod stood still for a second or more.',
      unit: 'percentunit',
      queries: [{ legend: '{{instance}}', expr: rate(counter('anypod.event_loop.blocked')) }],
    },
    {
      title: 'Memory',
      description: 'Of the whole process, and the heap with its limit.',
      unit: 'bytes',
      queries: [
        { legend: '{{instance}} process', expr: gauge('process.memory.usage') },
        { legend: '{{instance}} heap', expr: gauge('v8js.memory.heap.used') },
        { legend: '{{instance}} limit', expr: gauge('v8js.memory.heap.limit') },
      ],
    },
  ],
  'Sessions and streams': [
    {
      title: 'Sessions',
      description: 'A jump of new sessions without more clients: clients have lost theirs.',
      unit: 'reqps',
      queries: [
        total('created', `sum(${rate(counter('anypod.sessions.created'))})`),
        { legend: 'ended: {{reason}}', expr: `sum by (reason) (${rate(counter('anypod.sessions.ended'))})` },
      ],
    },
    {
      title: 'Resumed streams',
      description: '`expired`: a client has lost a result.',
      unit: 'reqps',
      queries: [by('outcome', rate(counter('anypod.resumes')))],
    },
    {
      title: 'Questions to clients, 95%',
      description: 'How long clients take to answer.',
      unit: 's',
      queries: [
        {
          legend: '{{mcp_method_name}}',
          expr: quantile('0.95', buckets('mcp.client.operation.duration'), 'mcp_method_name'),
        },
      ],
    },
    {
      title: 'Duration of sessions, half',
      description: 'Of those that pods ended. Sessions that expire are not counted.',
      unit: 's',
      queries: [total('half', quantile('0.5', buckets('mcp.server.session.duration')))],
    },
  ],
  'What goes wrong': [
    {
      title: 'Calls of lost pods',
      description: 'Any: a pod died while it worked.',
      unit: 'short',
      queries: [{ legend: '{{outcome}}', expr: `sum by (outcome) (increase(${counter('anypod.orphans')}[${RATE}]))` }],
    },
    {
      title: "Faults of the server's code",
      description: 'The log names the call.',
      unit: 'short',
      queries: [{ legend: '{{kind}}', expr: `sum by (kind) (increase(${counter('anypod.faults')}[${RATE}]))` }],
    },
    {
      title: 'Refused requests',
      description:
        'By status and reason. `store_unavailable`: Redis. `overloaded`: the pods. `starting`, `draining`: the balancer. `token_…`: credentials. `…_limit`: a client goes wild.',
      unit: 'reqps',
      queries: [
        {
          legend: '{{status}} {{reason}}',
          expr: `sum by (status, reason) (${rate(counter('anypod.refusals'))}) > 0`,
        },
      ],
    },
    {
      title: 'Changes that other pods cannot follow',
      description: 'Clients see other lists on other pods.',
      unit: 'short',
      queries: [
        { legend: '{{reason}}', expr: `sum by (reason) (increase(${counter('anypod.registry.unfollowed')}[${RATE}]))` },
      ],
    },
  ],
  Tasks: [
    {
      title: 'Tasks',
      description: 'What happens to them.',
      unit: 'reqps',
      queries: [by('event', rate(counter('anypod.tasks')))],
    },
    {
      title: 'Tasks of now',
      description: 'Where some always wait, there are too few pods.',
      unit: 'short',
      queries: [
        total('running', `sum(${gauge('anypod.tasks.running')})`),
        total('waiting', `max(${gauge('anypod.tasks.queued')})`),
      ],
    },
  ],
};

/** Every query of the dashboard, by its panel. */
export const QUERIES: readonly (Query & { readonly panel: string })[] = Object.values(ROWS)
  .flat()
  .flatMap(({ title, queries }) => queries.map((query) => ({ panel: title, ...query })));

/** The labels that the dashboard's variables choose. Without the Prometheus operator they are absent, and `.*` matches that too. */
const CHOSEN = 'namespace=~"$namespace",service=~"$service"';
const SOURCE = { type: 'prometheus', uid: '$datasource' };
const [COLUMNS, WIDTH, HEIGHT] = [2, 12, 8];

/** The dashboard, as Grafana 10 and newer import it. */
export function createDashboard(): object {
  const panels: object[] = [];
  let y = 0;
  for (const [row, of] of Object.entries(ROWS)) {
    panels.push({
      type: 'row',
      id: panels.length + 1,
      title: row,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    });
    y += 1;
    for (const [index, panel] of of.entries()) {
      const at = { x: (index % COLUMNS) * WIDTH, y: y + Math.floor(index / COLUMNS) * HEIGHT, w: WIDTH, h: HEIGHT };
      panels.push(timeSeries(panel, panels.length + 1, at));
    }
    y += Math.ceil(of.length / COLUMNS) * HEIGHT;
  }
  return {
    title: 'anypod',
    uid: 'anypod',
    tags: ['anypod', 'mcp'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: '',
    templating: { list: variables() },
    panels,
  };
}

function timeSeries({ title, description, unit, queries }: Panel, id: number, gridPos: object): object {
  const targets = queries.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource: SOURCE,
    expr: expr.replaceAll(SCOPE, CHOSEN),
    legendFormat: legend,
    exemplar: unit === 's',
  }));
  const fieldConfig = { defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } }, overrides: [] };
  const options = { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
  return { type: 'timeseries', id, title, description, datasource: SOURCE, gridPos, fieldConfig, options, targets };
}

function variables(): object[] {
  const ofLabel = (name: string) => {
    const query = `label_values(${gauge('anypod.drain.phase').replace(/\{.*/, '')}, ${name})`;
    const all = { includeAll: true, allValue: '.*', multi: true, current: { text: 'All', value: '$__all' } };
    return { name, type: 'query', datasource: SOURCE, query: { query, refId: name }, refresh: 2, sort: 1, ...all };
  };
  return [{ name: 'datasource', type: 'datasource', query: 'prometheus' }, ofLabel('namespace'), ofLabel('service')];
}
