import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBatch } from './batch-chart.ts';
import type { HelmMajor } from './helm.ts';
import type { Values } from './values.ts';

/** What the chart says about some values. */
export interface Judgement {
  /** Why it refuses them. */
  readonly problems: readonly string[];
  /** What helm prints after an install; nothing where the chart refuses. */
  readonly notes: string;
}

/** Prints the judgements of all subcharts, one line each. */
const TEMPLATE = `{{- range $alias, $sub := .Subcharts }}
{{- $problems := include "anypod.problems" $sub | fromYamlArray }}
{{- $notes := "" }}
{{- if not $problems }}{{ $notes = include "test.notes" $sub }}{{ end }}
{{ $alias }}: {{ dict "problems" $problems "notes" $notes | toJson }}
{{- end }}
`;

/** Asks the chart about many sets of values in one run of helm. The helpers of the chart answer; its objects are left out. */
export async function judgeAll(sets: readonly Values[], helm: HelmMajor): Promise<Judgement[]> {
  const { ok, stdout, stderr } = await runBatch(['template', 'demo'], sets, {
    helm,
    prepare: (folder, copy) => {
      const notes = readFileSync(join(copy, 'templates/NOTES.txt'), 'utf8');
      for (const file of globSync('templates/**/*.{yaml,txt}', { cwd: copy })) rmSync(join(copy, file));
      writeFileSync(join(copy, 'templates/_notes.tpl'), `{{ define "test.notes" }}${notes}{{ end }}`);
      writeFileSync(join(folder, 'templates/judgements.yaml'), TEMPLATE);
    },
  });
  if (!ok) throw new Error(stderr);
  const judgements = new Map([...stdout.matchAll(/^c(\d+): (.*)$/gm)].map(([, index, json]) => [Number(index), json]));
  return sets.map((_, index) => JSON.parse(judgements.get(index) ?? 'null') as Judgement);
}
