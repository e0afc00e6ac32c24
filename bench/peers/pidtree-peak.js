/**
 * The peak of a command as a script with pidtree and pidusage sees it, polling every 100 ms.
 *
 *     node pidtree-peak.js NODE_MODULES FILE COMMAND [ARGUMENT...]
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { load } from './sampling.js';

const [modules, file, program, ...words] = process.argv.slice(2);
const pidtree = await load(modules, 'pidtree');
const pidusage = await load(modules, 'pidusage');

const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
let peakBytes = 0;

async function sample() {
  const pids = await pidtree(child.pid, { root: true });
  const usages = await pidusage(pids);
  const sum = Object.values(usages).reduce((bytes, usage) => bytes + (usage?.memory ?? 0), 0);
  peakBytes = Math.max(peakBytes, sum);
}

// A process that ends between the two calls makes the whole sample fail.
const timer = setInterval(() => sample().catch(() => {}), 100);
child.once('exit', (code) => {
  clearInterval(timer);
  writeFileSync(file, String(peakBytes));
  process.exitCode = code ?? 1;
});
