/** The only option of the benches: how often each command runs. */
import { parseArgs } from 'node:util';

/** The N of `--runs N` in the arguments. */
export function runsAskedFor(defaultRuns: number): number {
  const { values } = parseArgs({ options: { runs: { type: 'string' } } });
  if (values.runs === undefined) return defaultRuns;
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new Error(`--runs must be a whole number from 1 on, not ${JSON.stringify(values.runs)}`);
  }
  return runs;
}
