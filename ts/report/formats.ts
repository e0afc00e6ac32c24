/** The formats that a result can be written in. The flag of each is its name: `--csv FILE`. */
import type { Result } from '../result/types.js';
import { resultJson } from './json.js';

/** Reads a file that pages are made of. */
type Asset = (name: string) => string;

interface Format {
  /** For the help. */
  readonly summary: string;
  /** Whether it contains whole command lines, so that a new file is for its owner alone. */
  readonly isPrivate: boolean;
  load(asset: Asset): Promise<(result: Result) => string>;
}

export const formats = {
  json: {
    summary: "write the result to FILE as JSON; '-' is standard output, after the command's own",
    isPrivate: true,
    load: async () => resultJson,
  },
  csv: {
    summary: 'write the memory over time to FILE as CSV, with a column per task',
    isPrivate: false,
    load: async () => (await import('./csv.js')).resultCsv,
  },
  markdown: {
    summary: 'write a summary for a pull request or a job to FILE',
    isPrivate: false,
    load: async () => (await import('./markdown.js')).resultMarkdown,
  },
  html: {
    summary: 'write a self-contained page to FILE',
    isPrivate: false,
    load: async (asset: Asset) => {
      const { resultHtml } = await import('./html.js');
      const assets = { script: asset('page.js'), style: asset('page.css') };
      return (result: Result) => resultHtml(result, assets);
    },
  },
} satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;
