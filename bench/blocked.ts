/**
 * Does sampling stay on time while JavaScript is busy? Measures a sleep twice, with a free and with
 * a blocked event loop, and prints the gaps between samples.
 *
 *     npm run bench:blocked
 */
import { run } from '../ts/index.js';
import { refuseArguments } from './options.js';
import { print, table } from './table.js';

refuseArguments();

const seconds = 5;
const intervals = [2, 10, 100];

async function gaps(intervalMs: number, blocked: boolean): Promise<string[]> {
  const running = run(['sleep', `${seconds}`], { intervalMs, cgroup: 'off' });
  const blockedUntil = Date.now() + seconds * 1000;
  while (blocked && Date.now() < blockedUntil);
  const { sampling } = await running;
  return [
    `${intervalMs} ms`,
    blocked ? 'blocked' : 'free',
    `${sampling.ticks}`,
    `${sampling.medianGapMs?.toFixed(2)}`,
    `${sampling.maxGapMs?.toFixed(2)}`,
  ];
}

const rows: string[][] = [];
for (const intervalMs of intervals) {
  for (const blocked of [false, true]) rows.push(await gaps(intervalMs, blocked));
}
print(...table(['asked for', 'event loop', 'samples', 'median gap ms', 'longest gap ms'], rows));
