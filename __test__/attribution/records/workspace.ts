/** A workspace for a real task runner, and memtop's result for a run in it. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Result } from '../../../ts/result/types.js';
import { isAlive } from '../../helpers/alive.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { modulesOf } from '../../helpers/installed.js';
import { cliPath, type Finished, fixture, Running, until } from '../../helpers/processes.js';

/** A process of a task, as the process reported itself. */
export interface Reported {
  readonly task: string;
  readonly pid: number;
  /** main, bare, orphan or memory. */
  readonly role: string;
  /** What its payload allocates. */
  readonly megabytes: number;
}

export interface Ran extends Finished {
  readonly trace: 'on' | 'off';
  readonly result: Result;
  readonly reported: readonly Reported[];
}

type Files = Readonly<Record<string, string | object>>;

interface Conditions {
  readonly trace: 'on' | 'off';
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the command is the names of tasks for `memtop run`. */
  readonly areTasks?: boolean;
}

export class Workspace {
  readonly folder: string;
  readonly #outer: string;
  readonly #paths: string[] = [];
  #end: (() => Promise<unknown>) | undefined;

  /** Objects become JSON. */
  constructor(t: ExecutionContext, files: Files) {
    this.#outer = temporaryFolder(t);
    this.folder = join(this.#outer, 'workspace');
    for (const name of ['home', 'tmp', 'workspace']) mkdirSync(join(this.#outer, name));
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    }
    for (const name of ['payload.sh', 'fill.pl']) {
      copyFileSync(fixture(name), join(this.folder, name));
    }
    t.teardown(() => this.#leavesNothing(t));
  }

  /** Makes the packages of an install and their programs available. */
  has(tool: string): this {
    const installed = modulesOf(tool);
    const modules = join(this.folder, 'node_modules');
    mkdirSync(modules, { recursive: true });
    for (const name of readdirSync(installed)) {
      if (!name.startsWith('.')) symlinkSync(join(installed, name), join(modules, name));
    }
    this.#paths.push(join(installed, '.bin'));
    return this;
  }

  /** Ends the daemons that a runner leaves; called when the test is over. */
  ends(end: () => Promise<unknown>): void {
    this.#end = end;
  }

  /** Runs a command under memtop. */
  async run(
    command: readonly string[],
    { trace, flags = [], env = {}, areTasks = false }: Conditions,
  ): Promise<Ran> {
    const json = join(this.#outer, 'result.json');
    const log = join(this.folder, 'payload.log');
    writeFileSync(log, '');
    const options = ['--quiet', '--trace', trace, '--json', json, ...flags];
    const memtop = areTasks ? [cliPath, 'run', ...options] : [cliPath, ...options, '--'];
    const finished = await this.#start([process.execPath, ...memtop, ...command], env);
    return {
      ...finished,
      trace,
      result: JSON.parse(readFileSync(json, 'utf8')),
      reported: readFileSync(log, 'utf8').trim().split('\n').map(parseReported),
    };
  }

  /** Runs a command by itself. */
  alone(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return this.#start(command, env);
  }

  async #start([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv) {
    const running = new Running(program, args, {
      cwd: this.folder,
      env: { ...this.#environment(), ...env },
    });
    running.child.stdin?.end();
    return running.finished();
  }

  /** Inherits nothing from the test run, which may be a task itself, and stays in the folder. */
  #environment(): NodeJS.ProcessEnv {
    const { PATH = '', CARGO_HOME, RUSTUP_HOME } = process.env;
    return {
      PATH: [...this.#paths, PATH].join(delimiter),
      HOME: join(this.#outer, 'home'),
      TMPDIR: join(this.#outer, 'tmp'),
      LC_ALL: 'C.UTF-8',
      CARGO_HOME: CARGO_HOME ?? join(homedir(), '.cargo'),
      RUSTUP_HOME: RUSTUP_HOME ?? join(homedir(), '.rustup'),
      CARGO_TARGET_DIR: join(this.#outer, 'target'),
      DO_NOT_TRACK: '1',
    };
  }

  /** A daemon may take a moment to end after the request. */
  async #leavesNothing(t: ExecutionContext): Promise<void> {
    await this.#end?.();
    await until(() => this.#left().length === 0, 'the processes to end').catch(() => {
      const left = this.#left();
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      t.fail(`left behind: ${left.map(({ command }) => command).join('; ')}`);
    });
  }

  /** Processes with the folder as cwd, or in their arguments or environment. */
  #left(): { pid: number; command: string }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isAlive(Number(name)))
      .map((name) => ({
        pid: Number(name),
        command: text(`/proc/${name}/cmdline`).replaceAll('\0', ' '),
        rest: `${link(`/proc/${name}/cwd`)}\0${text(`/proc/${name}/environ`)}`,
      }))
      .filter(({ command, rest }) => `${command}\0${rest}`.includes(this.#outer));
  }
}

/** A shell command that acts as the task of this name and allocates this much. */
export function payload(root: string, task: string, megabytes: number, code = 0): string {
  return `sh ${root}/payload.sh '${task}' ${megabytes} 1.2 ${code}`;
}

/** Two that fill memory when they are built, and one that fails. */
export const threePackages: Files = {
  'one/package.json': {
    name: 'one',
    version: '1.0.0',
    scripts: { build: payload('..', 'one:build', 100) },
  },
  'two/package.json': {
    name: 'two',
    version: '1.0.0',
    scripts: { build: payload('..', 'two:build', 400) },
  },
  'failing/package.json': {
    name: 'failing',
    version: '1.0.0',
    scripts: { fail: payload('..', 'failing:fail', 100, 3) },
  },
};

function parseReported(line: string): Reported {
  const [pid, role = '', _owner, megabytes, ...task] = line.split(' ');
  return { pid: Number(pid), role, megabytes: Number(megabytes), task: task.join(' ') };
}

function text(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
