/**
 * Finds the process of Nx that runs the tasks. With the daemon on, plugins are called by the daemon
 * and not by that one, and nothing that Nx tells a plugin names it.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface Client {
  readonly pid: number;
  /** When it was started, in clock ticks since the machine was; with the pid it names one process. */
  readonly startTicks: number;
  /** Whether the daemon stands between it and the plugin. */
  readonly isBehindDaemon: boolean;
  readonly command: readonly string[];
  /** The environment that it was started with. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Asking {
  readonly workspaceRoot: string;
  readonly argv: readonly string[] | undefined;
  /** The process that the plugin is in, and the one that has started that. */
  readonly pid: number;
  readonly parentPid: number;
  /** Whether Nx has started a process for the plugin. */
  readonly isWorker: boolean;
  /** Those that belong to other runs. */
  readonly isTaken: (client: Pick<Client, 'pid' | 'startTicks'>) => boolean;
  /** Where /proc is. */
  readonly root?: string;
}

const daemonScript = /[\\/]daemon[\\/]server[\\/]start\.[jt]s$/;

/** Says in words why there is none where there is none. */
export function findClient(asking: Asking): Client | string {
  const { argv, pid, parentPid, isWorker, root = '/proc' } = asking;
  const caller = isWorker ? parentPid : pid;
  const command = commandLine(root, caller);
  if (command === undefined) return `process ${caller} of Nx cannot be read`;
  if (!command.some((word) => daemonScript.test(word))) return client(root, caller, false);

  if (!argv) return 'this version of Nx does not tell plugins whose tasks the daemon is asked for';
  const found = pids(root).filter((candidate) => {
    const startTicks = startOf(root, candidate);
    return (
      startTicks !== undefined &&
      isCalledLike(commandLine(root, candidate) ?? [], argv) &&
      isWithin(asking.workspaceRoot, root, candidate) &&
      !asking.isTaken({ pid: candidate, startTicks })
    );
  });
  // What has started it, such as a shell or `timeout`, ends with the same words.
  const [only, ...others] = found.filter(
    (candidate) => !found.some((other) => parents(root, other).includes(candidate)),
  );
  if (only === undefined) return 'the process of Nx that runs the tasks was not found';
  if (others.length > 0) return 'several runs of Nx with the same command line have just started';
  return client(root, only, true);
}

export function isStillThere({ pid, startTicks }: Client, root = '/proc'): boolean {
  return startOf(root, pid) === startTicks;
}

function client(root: string, pid: number, isBehindDaemon: boolean): Client | string {
  const startTicks = startOf(root, pid);
  const command = commandLine(root, pid);
  const environment = environmentOf(root, pid);
  if (startTicks === undefined || !command || !environment) {
    return `process ${pid} of Nx cannot be read`;
  }
  return { pid, startTicks, isBehindDaemon, command, environment };
}

/** Node's own options stand before the script, which may have been given with another path. */
function isCalledLike(command: readonly string[], [, script = '', ...args]: readonly string[]) {
  const tail = command.slice(-args.length - 1);
  return (
    command.length > args.length + 1 &&
    basename(tail[0] ?? '') === basename(script) &&
    args.every((arg, index) => arg === tail[index + 1])
  );
}

function isWithin(folder: string, root: string, pid: number): boolean {
  try {
    const path = relative(folder, readlinkSync(join(root, `${pid}`, 'cwd')));
    return path === '' || !/^\.\.(\/|$)/.test(path);
  } catch {
    return false;
  }
}

function pids(root: string): number[] {
  return readdirSync(root)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function commandLine(root: string, pid: number): string[] | undefined {
  return textOf(root, pid, 'cmdline')?.split('\0').slice(0, -1);
}

function environmentOf(root: string, pid: number): Record<string, string> | undefined {
  const variables = textOf(root, pid, 'environ')?.split('\0') ?? [];
  if (variables.length === 0) return undefined;
  return Object.fromEntries(
    variables.filter((text) => text.includes('=')).map((text) => text.split(/=(.*)/s, 2)),
  );
}

/** From the nearest up. */
function parents(root: string, pid: number): number[] {
  const parent = Number(statOf(root, pid)?.[1] ?? 0);
  return parent > 0 ? [parent, ...parents(root, parent)] : [];
}

function startOf(root: string, pid: number): number | undefined {
  const field = statOf(root, pid)?.[19];
  return field === undefined ? undefined : Number(field);
}

/** The fields from the third on; the second, a name in brackets, may hold anything. */
function statOf(root: string, pid: number): string[] | undefined {
  const stat = textOf(root, pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Processes come and go; one that cannot be read is none that could be measured. */
function textOf(root: string, pid: number, file: string): string | undefined {
  try {
    return readFileSync(join(root, `${pid}`, file), 'utf8');
  } catch {
    return undefined;
  }
}
