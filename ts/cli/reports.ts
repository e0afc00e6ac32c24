/** What a command prints and writes when it has a result. */

import { isCutShort } from '../report/ending.js';
import { resultJson } from '../report/json.js';
import { endingLines, summary } from '../report/summary.js';
import type { Result } from '../result/types.js';
import { OutputFile } from './output-file.js';
import { say, terminalColumns, writeAll } from './write.js';

const columnsOfLogs = 120;

export interface ReportOptions {
  readonly json: string | undefined;
  readonly quiet: boolean;
}

export interface Reports {
  /** Of the files that are open for it. */
  readonly descriptors: number[];
  write(result: Result): void;
}

/** Opens what is to be written; when that fails, says so and returns nothing. */
export function openReports(options: ReportOptions): Reports | undefined {
  const { json } = options;
  try {
    const output = json === undefined || json === '-' ? undefined : new OutputFile(json);
    return {
      descriptors: output ? [output.descriptor] : [],
      write: (result) => write(result, options, output),
    };
  } catch (error) {
    say(`memtop: --json ${json} cannot be written: ${reason(error)}`);
    return undefined;
  }
}

function write(result: Result, { json, quiet }: ReportOptions, output: OutputFile | undefined) {
  const { cause, message } = result.exit;
  if (cause === 'not-started' && message !== undefined) say(`memtop: ${message}`);
  for (const { message } of result.warnings) say(`memtop: warning: ${message}`);
  const columns = terminalColumns() ?? columnsOfLogs;
  if (!quiet) for (const line of summary(result, columns)) say(line);
  else if (isCutShort(result)) for (const line of endingLines(result, columns)) say(line);
  if (json === undefined) return;
  try {
    const text = resultJson(result);
    if (output) output.write(text);
    else writeAll(1, text);
  } catch (error) {
    say(`memtop: warning: --json ${json} was not written: ${reason(error)}`);
  }
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
