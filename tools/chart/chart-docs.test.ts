import { describe, expect, test } from 'vitest';
import { readValues } from './read-values.ts';
import { chartReadme } from './readme.ts';
import { valuesSchema } from './schema.ts';

const TEXT = `# What the file is: a comment may say @type and more.

# ## First
# Text under the heading.

# -- How many | pods.
# @min 1
# @max 9
replicas: 2
image:
  # -- Its tag.
  # @pattern ^v
  tag: ""
  # -- When to pull,
  # in two lines.
  # @enum Always|Never
  pull: Always

# ## Second

# -- A list.
# @items string|object
# @min 1
hosts: []
# -- Seconds, or nothing.
# @type integer|null
grace: null
# -- Anything.
# @open
resources: {limits: {cpu: 1}}
# -- Texts.
# @open string
labels: {}
# -- Either.
# @type string|boolean
# @enum auto|true|false
persistent: auto
`;

const properties = () => valuesSchema(readValues(TEXT))['properties'] as Record<string, unknown>;

describe('the schema of values.yaml', () => {
  test('is closed, at every level that is described', () => {
    expect(valuesSchema(readValues(TEXT))).toMatchObject({ type: 'object', additionalProperties: false });
    expect(properties()['image']).toMatchObject({ type: 'object', additionalProperties: false });
  });

  test('has a type, bounds and a description for each key', () => {
    expect(properties()).toMatchObject({
      replicas: { type: 'integer', minimum: 1, maximum: 9, description: 'How many | pods.' },
      image: {
        properties: {
          tag: { type: 'string', pattern: '^v' },
          pull: { enum: ['Always', 'Never'], description: 'When to pull, in two lines.' },
        },
      },
      hosts: { type: 'array', items: { type: ['string', 'object'] }, minItems: 1 },
      grace: { type: ['integer', 'null'] },
      persistent: { type: ['string', 'boolean'], enum: ['auto', true, false] },
    });
  });

  test('leaves open what says so', () => {
    expect(properties()['resources']).toMatchObject({ additionalProperties: true });
    expect(properties()['labels']).toMatchObject({ additionalProperties: { type: 'string' } });
  });

  test.each([
    ['# ## T\na: 1\n', 'describe with a comment "# -- …": a'],
    ['# ## T\n# -- A.\na: null\n', 'a: say @type'],
    ['# ## T\n# -- A.\na: []\n', 'a: say @items'],
    ['# ## T\n# -- A.\na: {}\n', 'a: say @open, or describe its keys'],
    ['# ## T\n# -- A.\n# @emun x\na: 1\n', 'unknown tag in "@emun x"'],
  ])('is not made of %j', (text, problem) => {
    expect(() => valuesSchema(readValues(text))).toThrow(problem);
  });
});

describe('the README of values.yaml', () => {
  test('has a table for each section, in the place that its template gives', () => {
    const readme = chartReadme('before\n<!-- values -->\nafter\n', readValues(TEXT));
    expect(readme).toMatch(/before\n### First\n\nText under the heading\.\n\n[^#]*### Second\n\n[^#]*\nafter\n$/);
    expect(readme).toContain('| `replicas` | `2` | How many \\| pods. |');
    expect(readme).toContain('| `image.pull` | `Always` | When to pull, in two lines. |');
    expect(readme).not.toContain('What the file is');
  });

  test('needs a place in its template, and a section for each value', () => {
    expect(() => chartReadme('nowhere', readValues(TEXT))).toThrow('<!-- values -->');
    expect(() => chartReadme('<!-- values -->', readValues('# -- A.\na: 1\n'))).toThrow('begin with a section');
  });
});
