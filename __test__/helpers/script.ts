/** Shell scripts that are run with and without memtop. */
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from './folder.js';
import { type Before, harmless } from './harmless.js';
import { Running, withoutMemtop } from './processes.js';

interface ScriptOptions {
  readonly shell?: string;
  readonly cwd?: string;
  readonly input?: string;
}

interface Output {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script in which `$under` stands for what goes before the command. */
async function script(
  before: Before,
  text: string,
  { shell = 'sh', cwd, input }: ScriptOptions = {},
): Promise<Output> {
  const running = new Running(shell, ['-c', text.replaceAll('$under', () => before.shellArgs)], {
    env: withoutMemtop(process.env),
    ...(cwd !== undefined && { cwd }),
  });
  running.child.stdin?.end(input);
  const { code, signal, stdout, stderr } = await running.finished();
  // Compares bytes, not text: output that is not UTF-8 must pass through unchanged.
  return { code, signal, stdout: stdout.toString('latin1'), stderr: withoutMemtopLines(stderr) };
}

/** memtop warns about missing measurements even with --quiet. */
function withoutMemtopLines(stderr: string): string {
  return stderr.replaceAll(/^memtop: .*\n/gm, '');
}

interface Case extends ScriptOptions {
  readonly run: string;
  /** What the command prints alone, so that a case that does nothing is noticed. */
  readonly prints: string | RegExp;
  /** Makes the output of one run like that of another; its folder is called FOLDER already. */
  readonly normalized?: (text: string) => string;
  /** The script's files. */
  readonly files?: (folder: string) => void;
}

type Conditions = Parameters<typeof harmless>[2];

/** A test that a script ends in the same way, with the same output, with and without memtop. */
export function sameScript(title: string, one: Case, conditions?: Conditions): void {
  const { normalized = (text) => text } = one;
  harmless(
    title,
    async (t, before) => {
      const folder = temporaryFolder(t);
      one.files?.(folder);
      const output = await script(before, one.run, { ...one, cwd: folder });
      const plain = (text: string) => normalized(text.replaceAll(folder, 'FOLDER'));
      const seen = { ...output, stdout: plain(output.stdout), stderr: plain(output.stderr) };
      expectOutput(t, seen, one.prints);
      return seen;
    },
    conditions,
  );
}

function expectOutput(t: ExecutionContext, output: Output, prints: string | RegExp): void {
  const shown = JSON.stringify(output);
  if (typeof prints === 'string') t.is(output.stdout, prints, shown);
  else t.regex(output.stdout, prints, shown);
}
