/** Finds a container engine. */
import { spawnSync } from 'node:child_process';
import { MemtopError } from '../../errors.js';
import type { EngineUse } from '../rules.js';

export interface Engine {
  /** The program. */
  readonly program: string;
  /** What it really is: podman may be installed as docker. */
  readonly kind: 'docker' | 'podman';
  readonly isRootless: boolean;
}

export class NoEngine extends MemtopError {
  readonly code = 'NoEngine';
}

/** Calls a program; undefined where there is no such program. */
export type Ask = (program: string, args: readonly string[]) => Answer | undefined;

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An engine that does not answer in this time is not used. */
const patienceMs = 20_000;

const askProgram: Ask = (program, args) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: patienceMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
  return { status, stdout, stderr: error ? error.message : stderr };
};

const order = ['docker', 'podman'] as const;

/** @throws NoEngine that says which engines were tried and why each failed */
export function findEngine(use: EngineUse, hasRootfs: boolean, ask: Ask = askProgram): Engine {
  const wanted = hasRootfs ? (['podman'] as const) : use === 'auto' ? order : ([use] as const);
  const problems: string[] = [];
  for (const program of wanted) {
    const tried = tryEngine(program, ask);
    if (typeof tried !== 'string') return tried;
    problems.push(`${program}: ${tried}`);
  }
  throw new NoEngine(`no engine for containers works here: ${problems.join('; ')}`);
}

/** The engine, or why it cannot be used. */
function tryEngine(program: (typeof order)[number], ask: Ask): Engine | string {
  const version = ask(program, ['--version']);
  if (!version) return 'not installed';
  const kind = /podman/i.test(version.stdout) ? 'podman' : program;
  const question = kind === 'podman' ? '{{.Host.Security.Rootless}}' : '{{json .SecurityOptions}}';
  // Unlike --version, this needs the daemon.
  const info = ask(program, ['info', '--format', question]);
  if (info?.status !== 0) return lastLine(info?.stderr) ?? 'it does not answer';
  const isRootless = kind === 'podman' ? /true/.test(info.stdout) : /rootless/.test(info.stdout);
  return { program, kind, isRootless };
}

function lastLine(text: string | undefined): string | undefined {
  return text?.trim().split('\n').at(-1) || undefined;
}
