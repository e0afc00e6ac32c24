/** `memtop bench -- <command>`: measures a build. */

import { Artifacts } from '../../bench/artifacts.js';
import { type Attempt, bench as benched } from '../../bench/bench.js';
import { ClearRefused } from '../../bench/clear.js';
import { neighboursText } from '../../bench/neighbours.js';
import { onHost } from '../../bench/on-host.js';
import { projectOf } from '../../bench/project.js';
import { measuresOfAll } from '../../compare/measures.js';
import { messageOf } from '../../errors.js';
import { inspect } from '../../inspect/inspect.js';
import { benchSummary, verificationLines } from '../../report/bench-summary.js';
import type { Result } from '../../result/types.js';
import type { CheckedOptions, HostOptions } from '../../tracker/start-options.js';
import { benchListener } from '../bench-listener.js';
import { type BenchOptions, benchOptions, flagsOfBench } from '../bench-options.js';
import { resultLine } from '../bench-result.js';
import { type Baseline, budgetExitCode } from '../budget.js';
import { foundConfig } from '../config/config.js';
import { currentFolder } from '../current-folder.js';
import { exitCodeOf, exitCodes } from '../exit-code.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { openReports, redaction } from '../reports.js';
import { reportingUnusable, resultsNamed } from '../results.js';
import { RunMessages } from '../run-messages.js';
import { UsageError } from '../usage-error.js';
import { print, say } from '../write.js';
import type { Command } from './command.js';

const defaultCommand = ['npm', 'run', 'build'];

export const bench: Command = {
  usage: '[options] [-- <command> [arguments...]]',
  about:
    'Measures a build, by default npm run build: clears the given paths, runs the\n' +
    'command, verifies that it wrote what it should, and keeps the result, timeline\n' +
    'and log under a label. A single argument with spaces is run by the shell. The\n' +
    'exit code is 121 when a required output was not written.',
  flags: flagsOfBench,
  examples: [
    'memtop bench --label before --clear dist --verify dist/index.js',
    "memtop bench -n 5 --warmup 1 -- 'npm run types && npm run bundle'",
    'memtop bench --memory 512M --image node:22-bookworm',
  ],
  async run(raw, environment) {
    const command = commandOf(raw);
    const config = await foundConfig();
    const options = benchOptions(raw, environment, config);
    const project = projectOf(currentFolder(), config?.folder);
    return reportingUnusable(() => measureAndReport(command, options, project));
  },
};

function commandOf({ positionals, command }: RawArguments): readonly string[] {
  if (positionals.length > 0) {
    throw new UsageError(
      `unexpected argument ${quoted(positionals.join(' '))}; the command goes after --, as in: ` +
        'memtop bench -- npm run build',
    );
  }
  if (command === undefined || command.length === 0) return defaultCommand;
  const [first = ''] = command;
  return command.length === 1 && /\s/.test(first.trim()) ? ['sh', '-c', first] : command;
}

async function measureAndReport(
  command: readonly string[],
  options: BenchOptions,
  project: string,
): Promise<number> {
  // Read first, since the run may replace it.
  const baseline = await baselineOf(options);
  const reports = await openReports(options, benchSummary);
  if (!reports) return exitCodes.failedBeforeStart;
  const shown = options.redact ? await redaction() : (result: Result) => result;
  let result: Result;
  let isMidLine = false;
  const listener = benchListener(options);
  try {
    using artifacts = new Artifacts(options.out, options.label, shown);
    await reportNeighbours(project);
    const own = [...reports.descriptors, artifacts.descriptor];
    const run = {
      ...options,
      onOutput: artifacts.log,
      silent: options.isJsonOnly,
      samplesFile: artifacts.timelines.file,
    };
    const host = { standsIn: true, ownDescriptors: own };
    const attempt = await attemptOf(command, run, project, artifacts, host);
    result = await benched({ ...options, folder: options.clearFrom, artifacts, attempt }, listener);
    isMidLine = artifacts.isMidLine && !options.isJsonOnly;
    const { logProblem } = artifacts;
    if (logProblem !== undefined) say(`memtop: warning: the log is incomplete: ${logProblem}`);
  } catch (error) {
    reports.discard();
    say(`memtop: ${messageOf(error)}`);
    return error instanceof ClearRefused ? exitCodes.usage : exitCodes.failedBeforeStart;
  } finally {
    listener.close();
  }
  reports.write(result);
  for (const line of verificationLines(result)) say(`memtop: ${line}`);
  print([...(isMidLine ? [''] : []), resultLine(shown(result))]);
  return codeOf(result, options, baseline);
}

async function attemptOf(
  command: readonly string[],
  options: BenchOptions & CheckedOptions,
  project: string,
  artifacts: Artifacts,
  host: HostOptions,
): Promise<Attempt> {
  const { container } = options;
  if (!container) return reporting((messages) => onHost(command, options, host, messages));
  const { findEngine } = await import('../../bench/container/engine.js');
  const { inContainer } = await import('../../bench/container/in-container.js');
  const engine = findEngine(container.engine, container.rootfs !== undefined);
  const request = { ...container, engine, project };
  return reporting((messages) => inContainer(command, options, request, artifacts, host, messages));
}

function reporting(attemptWith: (messages: RunMessages) => Attempt): Attempt {
  const messages = new RunMessages();
  const attempt = attemptWith(messages);
  return async (complete) => {
    try {
      return await attempt(complete);
    } finally {
      messages.warnIfUnrecorded();
    }
  };
}

async function reportNeighbours(folder: string): Promise<void> {
  try {
    const text = await neighboursText(inspect, folder);
    if (text !== undefined) say(`memtop: ${text}`);
  } catch {
    // Without the addon processes cannot be listed, which the run itself reports.
  }
}

async function baselineOf({ baseline, out, store }: BenchOptions): Promise<Baseline | undefined> {
  if (baseline === undefined) return undefined;
  return { name: baseline, runs: measuresOfAll(await resultsNamed(out, store)(baseline)) };
}

function codeOf(result: Result, options: BenchOptions, baseline: Baseline | undefined): number {
  switch (result.bench?.outcome) {
    case 'verification-failed':
      return exitCodes.verification;
    case 'ok':
      return budgetExitCode(result, { ...options, baseline });
    default:
      // When interrupted between runs, the last run has succeeded.
      return exitCodeOf(result.exit, options.limitExitCode) || exitCodes.interrupted;
  }
}
