/** Whether a process still runs. A zombie does not. */
import { readFileSync } from 'node:fs';

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}

/** The numbers that a text begins with. */
export function pidsIn(text: Buffer, count: number): number[] {
  const pids = text.toString().split(/\s+/).slice(0, count).map(Number);
  if (pids.length < count || !pids.every((pid) => pid > 0)) {
    throw new Error(`there are no ${count} pids in ${text.toString()}`);
  }
  return pids;
}

/** Perl statements that allocate some megabytes, one after the other. */
export const grow = (megabytes: number): string =>
  `for (1..${megabytes}) { $held .= "x" x (1 << 20); select undef, undef, undef, 0.001 }`;

export const isRoot = process.getuid?.() === 0;

/** The prefix of a command line that runs the rest as the user nobody. */
export const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
