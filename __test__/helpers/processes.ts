/** Real processes for tests, and their output while they run. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../ts/package.js';
import { ifCutOff } from './cut-off.js';

export const cliPath = join(packageRoot, 'dist/cli.js');
export const fixture = (name: string): string => join(packageRoot, '__test__/fixtures', name);

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
}

/** A process in a group of its own. */
export class Running {
  readonly child: ChildProcess;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  readonly #closed: Promise<unknown[]>;
  #callOff: () => void = () => {};

  constructor(program: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(program, args, { stdio: 'pipe', ...options, detached: true });
    const { pid } = this.child;
    if (pid !== undefined) this.#callOff = ifCutOff(() => killGroup(pid));
    this.child.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    this.#closed = once(this.child, 'close');
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('it did not start');
    return this.child.pid;
  }

  /** Kills the whole group and waits for its end. */
  async killed(): Promise<void> {
    process.kill(-this.pid, 'SIGKILL');
    await this.finished();
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString();
  }

  /** Waits until standard output holds this text. */
  async printed(text: string): Promise<void> {
    await until(() => this.stdout.includes(text), `standard output to hold ${text}`);
  }

  async finished(): Promise<Finished> {
    const [code, signal] = (await this.#closed) as [number | null, NodeJS.Signals | null];
    this.#callOff();
    return { code, signal, stdout: this.stdout, stderr: this.stderr };
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

interface MemtopOptions extends SpawnOptions {
  input?: Uint8Array;
  /** The prefix of a command line that runs as another user. */
  as?: readonly string[];
  /** Instead of the one built here. */
  cli?: string;
}

/** Starts the built command line, without the `MEMTOP_` variables of this process. */
export function startMemtop(args: readonly string[], options: MemtopOptions = {}): Running {
  const { input, as = [], cli = cliPath, ...spawnOptions } = options;
  const [program = '', ...all] = [...as, process.execPath, cli, ...args];
  const running = new Running(program, all, {
    ...spawnOptions,
    env: { ...withoutMemtop(process.env), ...spawnOptions.env },
  });
  running.child.stdin?.end(input);
  return running;
}

export function memtop(args: readonly string[], options: MemtopOptions = {}): Promise<Finished> {
  return startMemtop(args, options).finished();
}

/** An environment without the variables that memtop reads, including those of CI. */
export function withoutMemtop(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(MEMTOP|GITHUB)_|^(CI|FORCE_COLOR)$/.test(name)),
  );
}

/** On a busy machine even short waits may take long. */
const patienceMs = 30_000;

/** Polls for a condition; rejects when it does not become true in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  within = patienceMs,
): Promise<void> {
  const deadline = Date.now() + within;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
