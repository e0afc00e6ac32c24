/** What a command prints and writes once it has a result. */
import { messageOf } from '../errors.js';
import { isCutShort } from '../report/ending.js';
import { columnsOfLogs, lookIn } from '../report/look.js';
import { endingLines, summary } from '../report/summary.js';
import type { Result } from '../result/types.js';
import { openGithub } from './github.js';
import { type OutputPaths, Outputs } from './outputs.js';
import { say, terminalColumns } from './write.js';

export interface ReportOptions extends OutputPaths {
  readonly quiet: boolean;
  readonly chart: boolean;
  readonly redact: boolean;
  /** Whether to write to the job in GitHub Actions. */
  readonly github: boolean;
}

export interface Reports {
  /** Of the open output files. */
  readonly descriptors: number[];
  write(result: Result): void;
  /** For a run without a result: removes new files. */
  discard(): void;
}

type Summarize = (result: Result, columns: number) => string[];

/**
 * Opens the outputs; returns undefined and says why when that fails.
 *
 * @throws UsageError when two of them are one file
 */
export async function openReports(
  options: ReportOptions,
  summarize: Summarize = summary,
): Promise<Reports | undefined> {
  const { github: isTold, chart: isDrawn, redact: isRedacted, quiet } = options;
  const redacted = isRedacted ? await redaction() : undefined;
  const chart = isDrawn ? (await import('../report/chart.js')).chartLines : undefined;
  const github = isTold ? await openGithub(process.env, !quiet) : undefined;
  const outputs = await Outputs.open(options);
  return (
    outputs && {
      descriptors: outputs.descriptors,
      write(result) {
        attempt('the summary was not printed', () => print(result, quiet, summarize));
        attempt('the chart was not drawn', () => {
          if (chart) sayAll(chart(result, lookIn(process.env, terminalColumns())));
        });
        for (const { message } of result.warnings) say(`memtop: warning: ${message}`);
        attempt('the job was not annotated', () => github?.write(result));
        outputs.write(redacted?.(result) ?? result);
      },
      discard: () => outputs.discard(),
    }
  );
}

/** Loaded before the command starts, which may be what replaces this package. */
export async function redaction(): Promise<(result: Result) => Result> {
  return (await import('../report/redacted-result.js')).redactedResult;
}

function print(result: Result, isQuiet: boolean, summarize: Summarize): void {
  const { cause, message } = result.exit;
  if (cause === 'not-started' && message !== undefined) say(`memtop: ${message}`);
  const columns = terminalColumns() ?? columnsOfLogs;
  if (!isQuiet) sayAll(summarize(result, columns));
  else if (isCutShort(result)) sayAll(endingLines(result, columns));
}

/** A failure is reported, and neither the other reports nor the exit code depend on it. */
function attempt(problem: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    say(`memtop: warning: ${problem}: ${messageOf(error)}`);
  }
}

function sayAll(lines: readonly string[]): void {
  for (const line of lines) say(line);
}
