/** `memtop [options] -- <command>`: runs and measures. */
import { loadAddon } from '../../native/load.js';
import { plainText } from '../../report/plain-text.js';
import type { Result } from '../../result/types.js';
import { execute } from '../../tracker/execute.js';
import type { CgroupUse } from '../../tracker/rules.js';
import { exitCodeOf, exitCodes } from '../exit-code.js';
import { cgroup } from '../flags/cgroup.js';
import { grace } from '../flags/grace.js';
import { interval } from '../flags/interval.js';
import { json } from '../flags/json.js';
import { label } from '../flags/label.js';
import { limit } from '../flags/limit.js';
import { limitExitCode } from '../flags/limit-exit-code.js';
import { metric } from '../flags/metric.js';
import { noGuard } from '../flags/no-guard.js';
import { pty } from '../flags/pty.js';
import { quiet } from '../flags/quiet.js';
import { survivors } from '../flags/survivors.js';
import { timeout } from '../flags/timeout.js';
import { trace } from '../flags/trace.js';
import { warn } from '../flags/warn.js';
import { type ExecOptions, execOptions } from '../options.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { openReports, reason } from '../reports.js';
import { UsageError } from '../usage-error.js';
import { say } from '../write.js';
import type { Command } from './command.js';

export const exec: Command = {
  usage: '[options] -- <command> [arguments...]',
  about:
    'Runs a command and measures how much memory it and everything it starts really\n' +
    'needs. The command keeps its streams, its signals and its exit code; the summary\n' +
    'goes to standard error.',
  flags: [
    ...[interval, metric, cgroup, trace],
    ...[warn, limit, noGuard, limitExitCode],
    ...[timeout, grace, survivors, pty],
    ...[label, json, quiet],
  ],
  examples: [
    'memtop -- npm run build',
    'memtop --quiet --json peak.json -- make -j4',
    'memtop --warn 1G --limit 80% --timeout 30m -- npm test',
  ],
  run: (raw, environment) => runAndReport(commandOf(raw), execOptions(raw, environment)),
};

function commandOf({ words, command }: RawArguments): readonly string[] {
  if (words.length > 0) {
    throw new UsageError(
      `what to do with ${quoted(words.join(' '))}? The command goes after --, as in: ` +
        `memtop -- ${plainText([...words, ...(command ?? [])].join(' '))}`,
    );
  }
  if (command === undefined || command.length === 0) {
    throw new UsageError('no command given; it goes after --, as in: memtop -- npm run build');
  }
  return command;
}

async function runAndReport(command: readonly string[], options: ExecOptions): Promise<number> {
  const reports = openReports(options);
  if (!reports) return exitCodes.failedBeforeStart;
  let result: Result;
  try {
    const executed = execute(
      exactly(command),
      { ...options, cgroup: groupUse(options) },
      { standsIn: true, ownDescriptors: reports.descriptors },
      {
        onWarn: (text) => say(`memtop: warning: ${text}`),
        onLimit: (messages) => {
          for (const message of messages) say(`memtop: ${message}`);
        },
      },
    );
    result = await executed.result;
  } catch (error) {
    say(`memtop: ${reason(error)}`);
    return exitCodes.failedBeforeStart;
  }
  reports.write(result);
  return exitCodeOf(result.exit, options.limitExitCode);
}

/** To enter a group takes the kernel some 10 ms, which is too much for what nobody will see. */
function groupUse({ cgroup, quiet, json }: ExecOptions): CgroupUse | undefined {
  const isSeen = !quiet || json !== undefined;
  return cgroup ?? (isSeen ? 'auto' : 'off');
}

/** Node has replaced what is not UTF-8 in the arguments; then the kernel's own text is used. */
function exactly(command: readonly string[]): readonly (string | Uint8Array)[] {
  const isExact = command.every((argument) => !argument.includes('\ufffd'));
  return isExact ? command : loadAddon().ownArguments().slice(-command.length);
}
