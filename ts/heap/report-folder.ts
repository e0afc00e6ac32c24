/** The temporary folder that the Node processes of a run report their heaps in. */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'memtop-heap-';

/** The process that removes it: pid, start time in clock ticks since boot, pid namespace. */
const form = new RegExp(`^${prefix}(\\d+)-(\\d+)-(\\d+)-\\w{6}$`);

/**
 * Creates one for this process, and removes those of processes that were killed.
 *
 * @throws where none can be created
 */
export function createReportFolder(parent: string = tmpdir()): string {
  const namespace = ownNamespace();
  if (namespace !== undefined) removeLeftovers(parent, namespace);
  const owner = `${process.pid}-${startTicks('self') ?? 0}-${namespace ?? 0}`;
  return mkdtempSync(join(parent, `${prefix}${owner}-`));
}

/** A process of the run may still be writing there. */
export function removeReportFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // What is left is a few numbers, which a later run removes.
  }
}

function removeLeftovers(parent: string, namespace: string): void {
  for (const name of namesIn(parent)) {
    const [, pid = '', ticks, itsNamespace] = form.exec(name) ?? [];
    const folder = join(parent, name);
    if (itsNamespace !== namespace || !isOwnFolder(folder)) continue;
    if (startTicks(pid) !== ticks) removeReportFolder(folder);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.geteuid?.();
}

/** In a container pids mean other processes, and its temporary folder may be shared. */
function ownNamespace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
}

/** Undefined where there is no such process. */
function startTicks(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it may contain any character.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
