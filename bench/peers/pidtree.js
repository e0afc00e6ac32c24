/**
 * A sample as a script with pidtree and pidusage takes it.
 *
 *     node pidtree.js NODE_MODULES PID
 */
import { load, measure } from './sampling.js';

const [modules, pid] = process.argv.slice(2);
const pidtree = await load(modules, 'pidtree');
const pidusage = await load(modules, 'pidusage');

await measure(async () => {
  const pids = await pidtree(Number(pid), { root: true });
  const usages = Object.values(await pidusage(pids));
  return { processes: pids.length, bytes: usages.reduce((sum, { memory }) => sum + memory, 0) };
});
