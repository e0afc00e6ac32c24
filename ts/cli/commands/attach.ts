/** `memtop attach <pid>`: measures a tree that is already running. */
import { messageOf } from '../../errors.js';
import { type Attached, attach as attachTo } from '../../tracker/api/attach.js';
import { exitCodes } from '../exit-code.js';
import { interval, metric, trace } from '../flags/measuring.js';
import { reportingFlags } from '../flags/reporting.js';
import { label, timeout, ui } from '../flags/running.js';
import { optionsOf, valueGiven } from '../options.js';
import type { RawArguments } from '../parse.js';
import { onePid } from '../pid.js';
import { openReports } from '../reports.js';
import { isShownUnasked } from '../view/choice.js';
import { say } from '../write.js';
import type { Command } from './command.js';

export const attach: Command = {
  usage: '[options] <pid>',
  about:
    'Measures a process that is already running and everything that it starts, until it ends, ^C\n' +
    'or --timeout. On a terminal its tree is shown meanwhile, until q. The process is not touched,\n' +
    'unless --trace on says so.',
  flags: [interval, metric, trace, timeout, ui, label, ...Object.values(reportingFlags)],
  examples: ['memtop attach 4127', 'memtop attach --timeout 30s --json peak.json 4127'],
  async run(raw, environment) {
    const pid = onePid(raw, 'attach');
    const options = {
      intervalMs: valueGiven(interval, raw, environment),
      metric: valueGiven(metric, raw, environment),
      label: valueGiven(label, raw, environment),
      trace: traceGiven(raw, environment),
    };
    const timeoutMs = valueGiven(timeout, raw, environment);
    const reporting = optionsOf(reportingFlags, raw, environment);
    const reports = await openReports(reporting);
    if (!reports) return exitCodes.failedBeforeStart;
    let attached: Attached;
    try {
      attached = attachTo(pid, options);
    } catch (error) {
      reports.discard();
      say(`memtop: ${messageOf(error)}`);
      return exitCodes.failedBeforeStart;
    }
    const isShown = isShownUnasked(valueGiven(ui, raw, environment), environment);
    const result =
      isShown && !reporting.quiet
        ? await (await import('./live.js')).watchTree(pid, attached, timeoutMs)
        : await untilEnough(attached, timeoutMs);
    reports.write(result);
    return 0;
  },
};

/** What somebody else has started is left alone unless tracing is asked for. */
function traceGiven(raw: RawArguments, environment: NodeJS.ProcessEnv): 'on' | 'off' {
  return valueGiven(trace, raw, environment) === 'on' ? 'on' : 'off';
}

/** A first ^C ends measuring; a second one ends memtop as usual. */
async function untilEnough({ result, stop }: Attached, timeoutMs: number | undefined) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, stop);
  }
}
