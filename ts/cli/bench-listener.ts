/** Progress messages of a bench, and its interruption by a signal. */
import type { BenchListener } from '../bench/bench.js';
import { formatBytes } from '../report/bytes.js';
import { formatDuration } from '../report/duration.js';
import { plainText } from '../report/plain-text.js';
import type { BenchOptions } from './bench-options.js';
import { say } from './write.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal during a run goes to the command; between runs it ends the bench, results written. */
export function benchListener({ runs, warmups, quiet }: BenchOptions): BenchListener & {
  close(): void;
} {
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
  };
  for (const signal of signals) process.on(signal, interrupt);
  const isRepeated = runs + warmups > 1 && !quiet;
  return {
    clears(found) {
      const shown = found.map(({ path, fileCount, bytes }) => {
        const count = `${fileCount} ${fileCount === 1 ? 'file' : 'files'}`;
        return `${plainText(path)} (${count}, ${formatBytes(bytes)})`;
      });
      say(`memtop: clearing ${shown.join(', ')}`);
    },
    starts({ number, count, isWarmup }) {
      if (isRepeated) say(`memtop: ${isWarmup ? 'warm-up' : 'run'} ${number} of ${count}`);
    },
    ended(_, { bench, run }, leftMs) {
      if (!isRepeated) return;
      const bytes = bench?.headline?.bytes;
      const peak = bytes === undefined ? 'no peak' : `peak ${formatBytes(bytes)}`;
      const left = leftMs > 0 ? `; about ${formatDuration(leftMs)} left` : '';
      say(`memtop: ${peak} in ${formatDuration(run.durationMs)}${left}`);
    },
    isInterrupted: () => isInterrupted,
    close() {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
