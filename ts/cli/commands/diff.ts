/** `memtop diff A B`: compare memory use, and tell change from noise. */
import { compareResults } from '../../compare/compare-results.js';
import { type Comparison, isRegression } from '../../compare/comparison.js';
import { diffLines } from '../../report/diff.js';
import { columnsOfLogs } from '../../report/look.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import { defaultOut, noise, out } from '../flags/comparing.js';
import { store } from '../flags/history.js';
import { jsonSwitch } from '../flags/reporting.js';
import { isSet, storeGiven, valueGiven } from '../options.js';
import type { RawArguments } from '../parse.js';
import { reportingUnusable, resultsNamed } from '../results.js';
import { UsageError } from '../usage-error.js';
import { print, terminalColumns } from '../write.js';
import type { Command } from './command.js';

export const diff: Command = {
  usage: '[options] <before> <after>',
  about:
    'Compares the memory of two runs, or of two groups of runs, and tells change from\n' +
    'noise. A run is given as a label, a result file or a folder of result files. The\n' +
    'exit code is 120 when the peak rose by more than noise.',
  flags: [noise, out, store, jsonSwitch],
  examples: [
    'memtop diff before after',
    'memtop diff main.json .memtop/result-mine.json',
    'memtop diff --json runs-of-main/ runs-of-branch/',
  ],
  async run(raw, environment) {
    const names = twoNames(raw);
    const folder = valueGiven(out, raw, environment) ?? defaultOut;
    const named = resultsNamed(folder, storeGiven(raw, environment, await foundConfig()));
    const noisePercent = valueGiven(noise, raw, environment);
    return reportingUnusable(async () => {
      const [before, after] = [await named(names[0]), await named(names[1])];
      const comparison = compareResults(before, after, {
        names,
        ...(noisePercent !== undefined && { noisePercent }),
      });
      print(isSet(jsonSwitch, raw) ? [json(comparison)] : diffLines(comparison, width()));
      return isRegression(comparison.peak) ? exitCodes.budget : 0;
    });
  },
};

function twoNames({ positionals, command = [] }: RawArguments): [string, string] {
  const [before, after, ...others] = [...positionals, ...command];
  if (before !== undefined && after !== undefined && others.length === 0) return [before, after];
  throw new UsageError('diff takes two runs, as in: memtop diff before after');
}

function json(comparison: Comparison): string {
  return JSON.stringify({ schema: 'memtop.diff/1', ...comparison }, null, 2);
}

function width(): number {
  return terminalColumns(1) ?? columnsOfLogs;
}
