/**
 * Finds the client of Nx, which is the process that runs the tasks. With the daemon, plugins are
 * called by the daemon instead, and nothing that Nx passes to a plugin identifies the client.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface Client {
  readonly pid: number;
  /** In clock ticks since boot; pid and start time together identify a process. */
  readonly startTicks: number;
  /** Whether the plugin is called by the daemon. */
  readonly isBehindDaemon: boolean;
  readonly command: readonly string[];
  /** The environment that it was started with. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Search {
  readonly workspaceRoot: string;
  readonly argv: readonly string[] | undefined;
  /** The process of the plugin, and its parent. */
  readonly pid: number;
  readonly parentPid: number;
  /** Whether the plugin has a process of its own. */
  readonly isWorker: boolean;
  /** Whether a client belongs to another run. */
  readonly isTaken: (client: Pick<Client, 'pid' | 'startTicks'>) => boolean;
  /** The path of /proc. */
  readonly root?: string;
}

const daemonScript = /[\\/]daemon[\\/]server[\\/]start\.[jt]s$/;

/** The client, or the reason why it was not found. */
export function findClient(search: Search): Client | string {
  const { argv, pid, parentPid, isWorker, root = '/proc' } = search;
  const caller = isWorker ? parentPid : pid;
  const command = commandLine(root, caller);
  if (command === undefined) return `process ${caller} of Nx cannot be read`;
  if (!command.some((word) => daemonScript.test(word))) return client(root, caller, false);

  if (!argv) return 'this version of Nx does not pass the client of the daemon to plugins';
  const found = pids(root).filter((candidate) => {
    const startTicks = startOf(root, candidate);
    return (
      startTicks !== undefined &&
      hasArguments(commandLine(root, candidate) ?? [], argv) &&
      isWithin(search.workspaceRoot, root, candidate) &&
      !search.isTaken({ pid: candidate, startTicks })
    );
  });
  // A parent, such as a shell or `timeout`, ends with the same arguments.
  const [only, ...others] = found.filter(
    (candidate) => !found.some((other) => parents(root, other).includes(candidate)),
  );
  if (only === undefined) return 'the process of Nx that runs the tasks was not found';
  if (others.length > 0) return 'several runs of Nx with the same command line have just started';
  return client(root, only, true);
}

export function isAlive({ pid, startTicks }: Client, root = '/proc'): boolean {
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

/** Node's own options precede the script, whose path may have been given differently. */
function hasArguments(command: readonly string[], [, script = '', ...args]: readonly string[]) {
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

/** The nearest first. */
function parents(root: string, pid: number): number[] {
  const parent = Number(statOf(root, pid)?.[1] ?? 0);
  return parent > 0 ? [parent, ...parents(root, parent)] : [];
}

function startOf(root: string, pid: number): number | undefined {
  const field = statOf(root, pid)?.[19];
  return field === undefined ? undefined : Number(field);
}

/** The fields from the third on; the second, a name in brackets, may contain any character. */
function statOf(root: string, pid: number): string[] | undefined {
  const stat = textOf(root, pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Undefined for a process that has ended or cannot be read. */
function textOf(root: string, pid: number, file: string): string | undefined {
  try {
    return readFileSync(join(root, `${pid}`, file), 'utf8');
  } catch {
    return undefined;
  }
}
