/** The options of `bench:accuracy`. */
import { parseArgs } from 'node:util';
import { wholeNumber } from '../options.js';
import { type Mode, modes } from './modes.js';

export interface Options {
  readonly runs: number;
  readonly seeds: number;
  readonly modes: readonly Mode[];
  /** Whether to measure a program. */
  isWanted(name: string): boolean;
}

export const randomTrees = 'random-trees';

/**
 * `names` are the names of all programs.
 *
 * @throws Error that names the option
 */
export function optionsOf(args: readonly string[], names: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '3' },
      seeds: { type: 'string', default: '20' },
      only: { type: 'string' },
      modes: { type: 'string' },
    },
  });
  const only = list(values.only)?.map((name) => known('--only', name, [...names, randomTrees]));
  return {
    runs: wholeNumber('--runs', values.runs, 1),
    seeds: wholeNumber('--seeds', values.seeds, 0),
    modes: list(values.modes)?.map(modeNamed) ?? modes,
    isWanted: (name) => only === undefined || only.includes(name),
  };
}

function list(value: string | undefined): string[] | undefined {
  return value?.split(',').map((name) => name.trim());
}

function modeNamed(name: string): Mode {
  const names = modes.map((one) => one.name);
  const found = known('--modes', name, names);
  return modes[names.indexOf(found)] as Mode;
}

/** The matching one of `names`, in any case. */
function known(option: string, name: string, names: readonly string[]): string {
  const meant = names.find((one) => one.toLowerCase() === name.toLowerCase());
  if (meant !== undefined) return meant;
  throw new Error(`${option} must be one of ${names.join(', ')}, not ${JSON.stringify(name)}`);
}
