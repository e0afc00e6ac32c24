/** `memtop [options] -- <command>`: runs and measures. */
import { loadAddon } from '../../native/load.js';
import { resultJson } from '../../report/json.js';
import { plainText } from '../../report/plain-text.js';
import { summary } from '../../report/summary.js';
import type { Result } from '../../result/types.js';
import { execute } from '../../tracker/execute.js';
import { exitCodeOf, exitCodes } from '../exit-code.js';
import { interval } from '../flags/interval.js';
import { json } from '../flags/json.js';
import { label } from '../flags/label.js';
import { quiet } from '../flags/quiet.js';
import { type ExecOptions, execOptions } from '../options.js';
import { OutputFile } from '../output-file.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { UsageError } from '../usage-error.js';
import { say, terminalColumns, writeAll } from '../write.js';
import type { Command } from './command.js';

const columnsOfLogs = 120;

export const exec: Command = {
  usage: '[options] -- <command> [arguments...]',
  about:
    'Runs a command and measures how much memory it and everything it starts really needs.\n' +
    'The command keeps its streams, its signals and its exit code; the summary goes to standard\n' +
    'error.',
  flags: [interval, label, json, quiet],
  examples: ['memtop -- npm run build', 'memtop --quiet --json peak.json -- make -j4'],
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
  let output: OutputFile | undefined;
  try {
    output =
      options.json === undefined || options.json === '-' ? undefined : new OutputFile(options.json);
  } catch (error) {
    say(`memtop: --json ${options.json} cannot be written: ${reason(error)}`);
    return exitCodes.failedBeforeStart;
  }

  let result: Result;
  try {
    const { intervalMs, label } = options;
    result = await execute(
      exactly(command),
      { ...(intervalMs !== undefined && { intervalMs }), ...(label !== undefined && { label }) },
      { forwardSignals: true },
    );
  } catch (error) {
    say(`memtop: ${reason(error)}`);
    return exitCodes.failedBeforeStart;
  }

  report(result, options, output);
  return exitCodeOf(result.exit);
}

/** Node has replaced what is not UTF-8 in the arguments; then the kernel's own text is used. */
function exactly(command: readonly string[]): readonly (string | Uint8Array)[] {
  const isExact = command.every((argument) => !argument.includes('\ufffd'));
  return isExact ? command : loadAddon().ownArguments().slice(-command.length);
}

function report(result: Result, options: ExecOptions, output: OutputFile | undefined): void {
  if (result.exit.message !== undefined) say(`memtop: ${result.exit.message}`);
  for (const { message } of result.warnings) say(`memtop: warning: ${message}`);
  if (!options.quiet) {
    for (const line of summary(result, terminalColumns() ?? columnsOfLogs)) say(line);
  }
  if (options.json === undefined) return;
  try {
    const text = resultJson(result);
    if (output) output.write(text);
    else writeAll(1, text);
  } catch (error) {
    say(`memtop: warning: --json ${options.json} was not written: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
