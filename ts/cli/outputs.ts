/** The files, or standard output, that a result is written to. */

import { messageOf } from '../errors.js';
import { ownerOnly } from '../owner-only.js';
import { type FormatName, formats } from '../report/formats.js';
import type { Result } from '../result/types.js';
import { pageAsset } from './html-page.js';
import { identity, OutputFile } from './output-file.js';
import { UsageError } from './usage-error.js';
import { say, writeAll } from './write.js';

/** A path for each format; `-` is standard output. */
export type OutputPaths = { readonly [Format in FormatName]?: string | undefined };

const standardOutput = '-';

interface Output {
  readonly flag: string;
  readonly toText: (result: Result) => string;
  readonly file: OutputFile | undefined;
}

/** Whether there is any output to write. */
export function hasOutputs(paths: OutputPaths): boolean {
  return wanted(paths).length > 0;
}

export class Outputs {
  readonly #outputs: readonly Output[];

  private constructor(outputs: readonly Output[]) {
    this.#outputs = outputs;
  }

  /**
   * Opens them; when one cannot be opened, reports it and leaves no new file behind.
   *
   * @throws UsageError when two paths are one file
   */
  static async open(paths: OutputPaths): Promise<Outputs | undefined> {
    refuseSame(wanted(paths));
    const outputs: Output[] = [];
    for (const [format, path] of wanted(paths)) {
      const flag = `--${format} ${path}`;
      try {
        // Loaded before the command starts, which may be what replaces this package.
        const { isPrivate, load } = formats[format];
        const toText = await load(pageAsset);
        outputs.push({ flag, toText, file: fileAt(path, isPrivate) });
      } catch (error) {
        for (const { file } of outputs) file?.discard();
        say(`memtop: ${flag} cannot be written: ${messageOf(error)}`);
        return undefined;
      }
    }
    return new Outputs(outputs);
  }

  get descriptors(): number[] {
    return this.#outputs.flatMap(({ file }) => (file ? [file.descriptor] : []));
  }

  /** For a run without a result. */
  discard(): void {
    for (const { file } of this.#outputs) file?.discard();
  }

  /** A failure is reported, and the other files are written all the same. */
  write(result: Result): void {
    for (const { flag, toText, file } of this.#outputs) {
      try {
        const text = toText(result);
        if (file) file.write(text);
        else writeAll(1, text);
      } catch (error) {
        say(`memtop: warning: ${flag} was not written: ${messageOf(error)}`);
      }
    }
  }
}

function wanted(paths: OutputPaths): [FormatName, string][] {
  return (Object.keys(formats) as FormatName[]).flatMap((format): [FormatName, string][] => {
    const path = paths[format];
    return path === undefined ? [] : [[format, path]];
  });
}

function fileAt(path: string, isPrivate: boolean): OutputFile | undefined {
  if (path === standardOutput) return undefined;
  return isPrivate ? new OutputFile(path, ownerOnly) : new OutputFile(path);
}

function refuseSame(paths: readonly [FormatName, string][]): void {
  const seen = new Map<string, string>();
  for (const [format, path] of paths) {
    const key = path === standardOutput ? path : identity(path);
    const other = key === undefined ? undefined : seen.get(key);
    if (other !== undefined) {
      const place = path === standardOutput ? 'standard output' : path;
      throw new UsageError(
        `--${other} and --${format} both name ${place}; only one can be written there`,
      );
    }
    if (key !== undefined) seen.set(key, format);
  }
}
