/** The options of `bench:accuracy`. */
import { parseArgs } from 'node:util';
import { type Mode, modes } from './modes.js';

export interface Options {
  readonly runs: number;
  readonly seeds: number;
  readonly modes: readonly Mode[];
  /** Whether a program is to be measured. */
  isWanted(name: string): boolean;
}

export const randomTrees = 'random-trees';

export function optionsOf(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      runs: { type: 'string', default: '3' },
      seeds: { type: 'string', default: '20' },
      only: { type: 'string' },
      modes: { type: 'string' },
    },
  });
  const only = list(values.only)?.map((name) => name.toLowerCase());
  return {
    runs: wholeNumber('--runs', values.runs, 1),
    seeds: wholeNumber('--seeds', values.seeds, 0),
    modes: list(values.modes)?.map(modeNamed) ?? modes,
    isWanted: (name) => only === undefined || only.includes(name.toLowerCase()),
  };
}

function list(value: string | undefined): string[] | undefined {
  return value?.split(',').map((name) => name.trim());
}

function modeNamed(name: string): Mode {
  const mode = modes.find((one) => one.name === name);
  if (mode) return mode;
  const known = modes.map((one) => one.name).join(', ');
  throw new Error(`--modes knows ${known}, not ${JSON.stringify(name)}`);
}

function wholeNumber(option: string, value: string, least: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(
    `${option} must be a whole number from ${least} on, not ${JSON.stringify(value)}`,
  );
}
