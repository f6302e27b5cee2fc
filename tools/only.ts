/** A part of `make test`: names of steps, and test files. */
export interface Only {
  readonly steps: readonly string[];
  readonly files: readonly string[];
}

/**
 * Reads `make test ONLY=cluster,lint` and `make test ONLY=test/cluster/resume.test.ts`. A step may be named without its `test-`. Undefined: everything.
 * Throws a sentence that lists the steps if there is no such step.
 */
export function readOnly(text: string, known: readonly string[]): Only | undefined {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  if (names.length === 0) return undefined;
  const files = names.filter((name) => name.includes('/'));
  const steps = names.filter((name) => !name.includes('/')).map((name) => stepOf(name, known));
  return { steps, files };
}

function stepOf(name: string, known: readonly string[]): string {
  const step = [name, `test-${name}`].find((one) => known.includes(one));
  if (step === undefined)
    throw new Error(`ONLY=${name}: there is no such step. Use a test file, or ${known.join(', ')}.`);
  return step;
}
