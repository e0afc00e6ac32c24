/**
 * A sample as a hand-written script takes it: the parents of all processes, and the proportional
 * memory of the descendants of one.
 *
 *     node walk.js PID
 */
import { readdirSync, readFileSync } from 'node:fs';
import { measure } from './sampling.js';

const root = Number(process.argv[2]);

function childrenByParent() {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = pid > 0 && textOf(`/proc/${pid}/stat`);
    if (!stat) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ', 1)[0]);
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  return children;
}

function textOf(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

await measure(async () => {
  const children = childrenByParent();
  const pids = [root];
  let bytes = 0;
  // The list grows while it is walked.
  for (const pid of pids) {
    pids.push(...(children.get(pid) ?? []));
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
    bytes += Number(kilobytes ?? 0) * 1024;
  }
  return { processes: pids.length, bytes };
});
