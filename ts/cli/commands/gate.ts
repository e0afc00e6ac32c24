/** `memtop gate`: whether finished runs kept within a budget. */
import { groupOf } from '../../compare/comparison.js';
import { isPassed, judge } from '../../compare/gate.js';
import { measuresOfAll } from '../../compare/measures.js';
import { budgetAnnotations } from '../../report/annotation.js';
import { gateLines } from '../../report/gate.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import { baseline, defaultOut, maxIncrease, out } from '../flags/comparing.js';
import { maxPeak } from '../flags/guarding.js';
import { store } from '../flags/history.js';
import { jsonSwitch, noGithub } from '../flags/reporting.js';
import { isInGithub } from '../github.js';
import { isOn, isSet, storeGiven, valueGiven, valuesGiven } from '../options.js';
import type { RawArguments } from '../parse.js';
import { reportingUnusable, resultsNamed } from '../results.js';
import { UsageError } from '../usage-error.js';
import { print, say } from '../write.js';
import type { Command } from './command.js';

export const gate: Command = {
  usage: '[options] <run> [runs...]',
  about:
    'Fails with 120 when a run needed more memory than allowed: more than a given\n' +
    'size, or more than a given percentage above a baseline. A run is given as a\n' +
    'label, a result file or a folder of result files. An increase within the noise\n' +
    'does not count.',
  flags: [maxPeak, baseline, maxIncrease, out, store, jsonSwitch, noGithub],
  examples: [
    'memtop gate --max-peak 2G --max-peak web:build=600M after',
    'memtop gate --baseline main.json --max-increase 10 result.json',
    "memtop gate --max-peak '*=500M' artifacts/",
  ],
  async run(raw, environment) {
    const names = runsNamed(raw);
    const budget = {
      maxPeak: valuesGiven(maxPeak, raw),
      maxIncrease: valuesGiven(maxIncrease, raw),
    };
    const base = valueGiven(baseline, raw, environment);
    if ((base === undefined) !== (budget.maxIncrease.length === 0)) {
      throw new UsageError('--baseline RUN and --max-increase PCT go together');
    }
    if (budget.maxPeak.length === 0 && base === undefined) {
      throw new UsageError('gate needs --max-peak SIZE, or --baseline RUN with --max-increase PCT');
    }
    const folder = valueGiven(out, raw, environment) ?? defaultOut;
    const config = await foundConfig();
    const named = resultsNamed(folder, storeGiven(raw, environment, config));
    const isAnnotated = isOn(noGithub, raw, environment, config) && isInGithub(environment);
    return reportingUnusable(async () => {
      const reference = base === undefined ? [] : measuresOfAll(await named(base));
      const verdicts = [];
      for (const name of names) {
        const results = await named(name);
        const group = groupOf(name, measuresOfAll(results));
        const before = base === undefined ? undefined : groupOf(base, reference, group.metric);
        const verdict = judge(group, budget, before);
        const gated = { subject: name, baseline: base, result: results[0] };
        verdicts.push({ run: name, isPassed: isPassed(verdict), ...verdict, gated });
      }
      if (isSet(jsonSwitch, raw)) {
        const runs = verdicts.map(({ gated: _, ...verdict }) => verdict);
        print([JSON.stringify({ schema: 'memtop.gate/1', runs }, null, 2)]);
      } else {
        for (const verdict of verdicts) print(gateLines(verdict, verdict.gated));
      }
      if (isAnnotated) {
        for (const { gated, ...verdict } of verdicts) {
          for (const line of budgetAnnotations(verdict, gated)) say(line);
        }
      }
      return verdicts.every((verdict) => verdict.isPassed) ? 0 : exitCodes.budget;
    });
  },
};

function runsNamed({ positionals, command = [] }: RawArguments): readonly string[] {
  const names = [...positionals, ...command];
  if (names.length === 0) {
    throw new UsageError('gate takes a run, as in: memtop gate --max-peak 1G result.json');
  }
  return names;
}
