/** `memtop attach <pid>`: measures a tree that is already running. */
import { messageOf } from '../../errors.js';
import { type Followed, follow } from '../../tracker/follow.js';
import { afterTimeout } from '../../tracker/timer.js';
import { exitCodes } from '../exit-code.js';
import type { Flag } from '../flags/flag.js';
import { interval, metric, trace } from '../flags/measuring.js';
import { reportingFlags } from '../flags/reporting.js';
import { label, timeout, ui } from '../flags/running.js';
import { optionsOf, valueGiven } from '../options.js';
import { onePid } from '../pid.js';
import { openReports } from '../reports.js';
import { isShownUnasked } from '../view/choice.js';
import { say } from '../write.js';
import type { Command } from './command.js';

/** The same flag, with another default. */
const ownUi: Flag = {
  ...ui,
  summary:
    'show the tree while it runs (full; default auto: on a terminal outside CI) or nothing ' +
    '(inline, off)',
};

export const attach: Command = {
  usage: '[options] <pid>',
  about:
    'Measures a process that is already running and everything it starts, until it\n' +
    'ends, ^C or --timeout. On a terminal, shows its tree until you press q. The\n' +
    'process itself is left alone unless you pass --trace ptrace.',
  flags: [interval, metric, trace, timeout, ownUi, label, ...Object.values(reportingFlags)],
  examples: ['memtop attach 4127', 'memtop attach --timeout 30s --json peak.json 4127'],
  async run(raw, environment) {
    const pid = onePid(raw, 'attach');
    const options = {
      intervalMs: valueGiven(interval, raw, environment),
      metric: valueGiven(metric, raw, environment),
      label: valueGiven(label, raw, environment),
      trace: valueGiven(trace, raw, environment),
    };
    const timeoutMs = valueGiven(timeout, raw, environment);
    const isShown = isShownUnasked(valueGiven(ui, raw, environment), environment);
    const reporting = optionsOf(reportingFlags, raw, environment);
    const reports = await openReports(reporting);
    if (!reports) return exitCodes.failedBeforeStart;
    // Before measuring begins, since what is measured may remove this package.
    const watch = isShown && !reporting.quiet ? (await import('./live.js')).watchTree : undefined;
    let attached: Followed;
    try {
      attached = follow(pid, options);
    } catch (error) {
      reports.discard();
      say(`memtop: ${messageOf(error)}`);
      return exitCodes.failedBeforeStart;
    }
    const result = await (watch
      ? watch(pid, attached, timeoutMs)
      : untilStopped(attached, timeoutMs));
    reports.write(result);
    return 0;
  },
};

/** The first ^C ends measuring; a second one ends memtop. */
async function untilStopped({ result, stop }: Followed, timeoutMs: number | undefined) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  const cancelTimeout = afterTimeout(timeoutMs, stop);
  try {
    return await result;
  } finally {
    cancelTimeout();
    for (const signal of signals) process.off(signal, stop);
  }
}
