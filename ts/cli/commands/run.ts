/** `memtop run <task…>`: runs tasks and measures them together. */
import { availableParallelism } from 'node:os';
import { messageOf } from '../../errors.js';
import { lookIn } from '../../report/look.js';
import { taskLine } from '../../report/task-line.js';
import type { Result, Task } from '../../result/types.js';
import { executeTasks, type RunningTasks, type TasksOptions } from '../../tasks/execute-tasks.js';
import type { WriteLine } from '../../tasks/prefixed.js';
import type { TaskDefinition } from '../../tasks/task-definition.js';
import { isWorkflowCommand } from '../../tasks/workflow-command.js';
import { codeWithBudget } from '../code-with-budget.js';
import { foundConfig } from '../config/config.js';
import { currentFolder } from '../current-folder.js';
import { exitCodes } from '../exit-code.js';
import { schedulingFlags } from '../flags/running.js';
import { runFlags } from '../flags/tables.js';
import { isInGithub } from '../github.js';
import { type ExecOptions, execOptions, optionsOf } from '../options.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { openReports } from '../reports.js';
import { RunMessages } from '../run-messages.js';
import { findScripts } from '../scripts.js';
import { tasksNamed } from '../tasks.js';
import { UsageError } from '../usage-error.js';
import { blockDataOfTasks } from '../view/block-data.js';
import { viewOf } from '../view/choice.js';
import { showInline } from '../view/inline.js';
import { passOn, say, terminalColumns } from '../write.js';
import type { Command } from './command.js';
import { groupUse } from './exec.js';

export const run: Command = {
  usage: '[options] <task> [tasks...]',
  about:
    'Runs tasks from the config and scripts from package.json, with their\n' +
    'dependencies, and measures each task and the run as a whole. The exit code is\n' +
    'that of the first failure.',
  flags: [...Object.values(schedulingFlags), ...Object.values(runFlags)],
  examples: [
    'memtop run build',
    'memtop run --parallel 4 --keep-going lint types test',
    'memtop run --serial --json peak.json clean build',
  ],
  async run(raw, environment) {
    const names = namesOf(raw);
    const config = await foundConfig();
    const options = execOptions(raw, environment, config);
    const { parallel, serial, keepGoing } = optionsOf(schedulingFlags, raw, environment, config);
    const scripts = findScripts(currentFolder());
    const tasks = tasksNamed(names, config, scripts, environment);
    const isSerial = serial || parallel === 1 || tasks.size === 1;
    if (!isSerial) refuseTerminals(tasks, options);
    return runAndReport(tasks, ['memtop', 'run', ...names], options, {
      parallel: isSerial ? 1 : (parallel ?? availableParallelism()),
      keepGoing,
      writeLine: isSerial ? undefined : writeLine,
      ...(isInGithub(environment) && { isBare: isWorkflowCommand }),
    });
  },
};

function namesOf({ positionals, command }: RawArguments): readonly string[] {
  if (command !== undefined) {
    throw new UsageError(
      'run takes the names of tasks; a command is measured by: ' +
        `memtop -- ${command.map(quoted).join(' ')}`,
    );
  }
  if (positionals.length === 0) {
    throw new UsageError('no task given; name one or more, as in: memtop run build');
  }
  return positionals;
}

/** Only one task at a time can have memtop's terminal as its own. */
function refuseTerminals(tasks: ReadonlyMap<string, TaskDefinition>, { pty }: ExecOptions): void {
  const [name] = [...tasks].find(([, task]) => (task.pty ?? pty) === 'on') ?? [];
  if (name === undefined) return;
  throw new UsageError(
    `${quoted(name)} needs a terminal of its own (pty), which only one task at a time can have: ` +
      'add --serial',
  );
}

interface Schedule {
  readonly parallel: number;
  readonly keepGoing: boolean;
  readonly writeLine: WriteLine | undefined;
  readonly isBare?: (line: Uint8Array) => boolean;
}

async function runAndReport(
  tasks: ReadonlyMap<string, TaskDefinition>,
  command: readonly string[],
  options: ExecOptions,
  schedule: Schedule,
): Promise<number> {
  const all = [...tasks.values()];
  const commands = all.flatMap((task) => task.commands);
  const hasTerminal = all.some(({ pty }) => pty === 'on');
  const view = viewOf({ ...options, commands, ...(hasTerminal && { pty: 'on' }) }, process.env);
  const codeOf = await codeWithBudget(options);
  const reports = await openReports(options);
  if (!reports) return exitCodes.failedBeforeStart;
  const messages = new RunMessages();
  let result: Result;
  try {
    const begin = (shown: Partial<TasksOptions>) =>
      executeTasks(
        tasks,
        { ...options, cgroup: groupUse(options), command, ...schedule, ...shown },
        { standsIn: true, ownDescriptors: reports.descriptors },
        messages,
      );
    if (view === 'full') {
      const { showTasks } = await import('../view/full.js');
      result = await showTasks([...tasks.keys()], (display, onTask) => begin({ display, onTask }));
    } else {
      const listeners = { onTask: lineOf(options), onInnerTask: innerLineOf(options) };
      result = await (view === 'inline'
        ? shownInline(schedule.writeLine, (shown) => begin({ ...listeners, ...shown }))
        : begin(listeners));
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

/** Shows lines below the output of the tasks, including what `writeLine` gets. */
async function shownInline(
  writeLine: WriteLine | undefined,
  begin: (shown: Partial<TasksOptions>) => Promise<Result>,
): Promise<Result> {
  let shown: RunningTasks | undefined;
  let end: (() => void) | undefined;
  try {
    return await begin({
      isViewed: true,
      onStarted(tasks) {
        shown = tasks;
        const say = (text: string) => tasks.write(Buffer.from(`${text}\n`));
        end = showInline({ ...tasks, say }, () => {
          const snapshot = tasks.snapshot();
          return snapshot && blockDataOfTasks(snapshot, tasks.running);
        });
      },
      writeLine:
        writeLine &&
        ((stream, line) => {
          if (!shown?.write(line)) writeLine(stream, line);
        }),
    });
  } finally {
    end?.();
  }
}

/** Prints a line for each task as it ends; undefined to print none. */
function lineOf({ quiet, logHeapUsage }: ExecOptions): ((task: Task) => void) | undefined {
  if (quiet && !logHeapUsage) return undefined;
  const look = lookIn(process.env, terminalColumns());
  return (task) => say(taskLine(task, look));
}

/** The same for the tasks found inside it, on request. */
function innerLineOf(options: ExecOptions): ((task: Task) => void) | undefined {
  const line = options.logHeapUsage ? lineOf(options) : undefined;
  return (
    line &&
    ((task) => {
      if (task.kind !== 'service') line(task);
    })
  );
}

const descriptors = { stdout: 1, stderr: 2 } as const;

const writeLine: WriteLine = (stream, line) => passOn(descriptors[stream], line);
