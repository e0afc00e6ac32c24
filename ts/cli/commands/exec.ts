/** `memtop [options] -- <command>`: runs a command and measures it. */
import { readFileSync } from 'node:fs';
import { AddonUnavailable, messageOf } from '../../errors.js';
import { loadAddon } from '../../native/load.js';
import { lookIn } from '../../report/look.js';
import { plainText } from '../../report/plain-text.js';
import { taskLine } from '../../report/task-line.js';
import type { Result } from '../../result/types.js';
import { Listeners } from '../../tracker/api/listeners.js';
import { type Executed, execute } from '../../tracker/execute.js';
import { watchTasks } from '../../tracker/native/task-watch.js';
import type { CgroupUse } from '../../tracker/rules.js';
import type { CheckedOptions } from '../../tracker/start-options.js';
import { codeWithBudget } from '../code-with-budget.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import { commandFlags } from '../flags/tables.js';
import { type ExecOptions, execOptions } from '../options.js';
import { hasOutputs } from '../outputs.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { openReports } from '../reports.js';
import { RunMessages } from '../run-messages.js';
import { UsageError } from '../usage-error.js';
import { blockData } from '../view/block-data.js';
import { isShownUnasked, viewOf } from '../view/choice.js';
import { showInline } from '../view/inline.js';
import { say, terminalColumns } from '../write.js';
import type { Command } from './command.js';

export const exec: Command = {
  usage: '[options] -- <command> [arguments...]',
  otherUsage: '',
  about:
    'Runs a command and measures how much memory it and everything it starts really\n' +
    'needs. The command keeps its streams, its signals and its exit code; the summary\n' +
    'goes to standard error. Without arguments, on a terminal, memtop shows the\n' +
    'processes of this machine by memory, live.',
  flags: Object.values(commandFlags),
  examples: [
    'memtop -- npm run build',
    'memtop --quiet --json peak.json -- make -j4',
    'memtop --warn 1G --limit 80% --timeout 30m -- npm test',
  ],
  async run(raw, environment) {
    if (isAlone(raw) && isShownUnasked(undefined, environment)) {
      return (await import('./live.js')).live();
    }
    const command = commandOf(raw);
    return runAndReport(command, execOptions(raw, environment, await foundConfig()));
  },
};

/** `memtop` without arguments. */
function isAlone({ positionals, command, values }: RawArguments): boolean {
  return positionals.length === 0 && command === undefined && values.size === 0;
}

function commandOf({ positionals, command }: RawArguments): readonly string[] {
  if (positionals.length > 0) {
    throw new UsageError(
      `unexpected argument ${quoted(positionals.join(' '))}; the command goes after --, as in: ` +
        `memtop -- ${plainText([...positionals, ...(command ?? [])].join(' '))}`,
    );
  }
  if (command === undefined || command.length === 0) {
    throw new UsageError('no command given; it goes after --, as in: memtop -- npm run build');
  }
  return command;
}

async function runAndReport(command: readonly string[], options: ExecOptions): Promise<number> {
  const codeOf = await codeWithBudget(options);
  const reports = await openReports(options);
  if (!reports) return exitCodes.failedBeforeStart;
  const messages = new RunMessages();
  let result: Result;
  try {
    const view = viewOf({ ...options, commands: [command] }, process.env);
    const begin = (terminal: Pick<CheckedOptions, 'isViewed' | 'remoteSize' | 'onOutput'>) => {
      const executed = execute(
        exactArguments(command),
        { ...options, cgroup: groupUse(options), ...terminal },
        { standsIn: true, ownDescriptors: reports.descriptors },
        messages,
      );
      if (options.logHeapUsage) sayTasks(executed);
      return executed;
    };
    if (view === 'full') {
      const { showCommand } = await import('../view/full.js');
      result = await showCommand(command, (remoteSize, onOutput) =>
        begin({ remoteSize, onOutput }),
      );
    } else {
      const executed = begin({ isViewed: view === 'inline' });
      result = await (view === 'inline' ? shownInline(executed) : executed.result);
    }
  } catch (error) {
    reports.discard();
    say(`memtop: ${messageOf(error)}`);
    return exitCodes.failedBeforeStart;
  }
  reports.write(result);
  messages.warnIfUnrecorded();
  return codeOf(result);
}

function shownInline(executed: Executed): Promise<Result> {
  const end = showInline(executed, () => {
    const snapshot = executed.snapshot();
    return snapshot && blockData(snapshot);
  });
  return executed.result.finally(end);
}

/** Prints a line for each task as it ends. */
function sayTasks(executed: Executed): void {
  const look = lookIn(process.env, terminalColumns());
  const listeners = Listeners.ofRun();
  listeners.add('taskend', (task) => {
    if (task.kind !== 'service') say(taskLine(task, look));
  });
  watchTasks(executed, listeners);
}

/** Entering a group takes the kernel some 10 ms, which is not worth it without a report. */
export function groupUse(options: ExecOptions): CgroupUse | undefined {
  const { cgroup, quiet } = options;
  const isReported = !quiet || hasOutputs(options);
  return cgroup ?? (isReported ? 'auto' : 'off');
}

/**
 * Node replaces invalid UTF-8 in arguments; then the kernel's own bytes are used. Without the addon
 * only text can be passed on.
 */
function exactArguments(command: readonly string[]): readonly (string | Uint8Array)[] {
  const isExact = command.every((argument) => !argument.includes('\ufffd'));
  if (isExact) return command;
  try {
    return loadAddon().ownArguments().slice(-command.length);
  } catch (error) {
    if (error instanceof AddonUnavailable && isAsGiven(command)) return command;
    throw error;
  }
}

/** Whether the last arguments of this process are this text. */
function isAsGiven(command: readonly string[]): boolean {
  const text = Buffer.from(command.map((argument) => `${argument}\0`).join(''));
  const given = readFileSync('/proc/self/cmdline');
  return text.equals(given.subarray(-text.length));
}
