/**
 * How a script of a peer is measured: it samples until it has used enough CPU time for the clock of
 * the kernel, which also counts the programs that it starts.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Enough for code to be compiled and for tables to be filled. */
const warmUpSamples = 5;
const enoughCpuMs = 500;
/** `sysconf(_SC_CLK_TCK)`, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * Prints CPU time a sample in microseconds, samples, and what the last one saw.
 *
 * @param sample gives the number of processes and the sum of their memory in bytes
 */
export async function measure(sample) {
  for (let warmUp = 0; warmUp < warmUpSamples; warmUp += 1) await sample();
  const before = cpuMs();
  let [samples, used, seen] = [0, 0, undefined];
  while (used < enoughCpuMs) {
    seen = await sample();
    samples += 1;
    used = cpuMs() - before;
  }
  process.stdout.write(`${(used * 1000) / samples} ${samples} ${seen.processes} ${seen.bytes}\n`);
}

/** Of this process and of all that it has waited for. */
function cpuMs() {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const [user, kernel, usersOfOthers, kernelOfOthers] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return ((user + kernel + usersOfOthers + kernelOfOthers) * 1000) / ticksPerSecond;
}

/** What a package exports by default, whichever of the two kinds of module it is. */
export async function load(nodeModules, name) {
  const { resolve } = createRequire(join(nodeModules, 'none.js'));
  return (await import(pathToFileURL(resolve(name)))).default;
}
