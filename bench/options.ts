/** The options of the benches. Each reads them before it does anything else. */
import { parseArgs } from 'node:util';
import { messageOf } from '../ts/errors.js';

/** The N of `--runs N` in the arguments. */
export function runsAskedFor(defaultRuns: number): number {
  return orUsageError(() => {
    const { values } = parseArgs({ options: { runs: { type: 'string' } } });
    return values.runs === undefined ? defaultRuns : wholeNumber('--runs', values.runs, 1);
  });
}

/** The `--runs N`, `--user` and `--only NAME` in the arguments. */
export function runsUserAndOnly(defaultRuns: number) {
  return orUsageError(() => {
    const { values } = parseArgs({
      options: {
        runs: { type: 'string', default: `${defaultRuns}` },
        user: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
      },
    });
    const { user: asNobody, only } = values;
    return { runs: wholeNumber('--runs', values.runs, 1), asNobody, only };
  });
}

/** The user of `--user`, and what precedes a command to run it as that. */
export const nobody = 65534;
export const callAsNobody: readonly string[] = [
  ...['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
  ...['env', 'HOME=/tmp'],
];

/** For a bench without options. */
export function refuseArguments(): void {
  orUsageError(() => parseArgs({ options: {} }));
}

/** @throws Error that says what the number must be */
export function wholeNumber(option: string, value: string, least: number): number {
  const number = value === '' ? Number.NaN : Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(
    `${option} must be a whole number from ${least} on, not ${JSON.stringify(value)}`,
  );
}

/** Reads options. An error in them ends the bench: one line, and exit code 2. */
export function orUsageError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    // `parseArgs` adds more sentences, on how to pass what is no option.
    const [text] = messageOf(error).split(/\.? *\n|\. /);
    process.stderr.write(`bench: ${text}\n`);
    process.exit(2);
  }
}
