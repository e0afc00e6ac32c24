/** How much memory a container should be given to run the same again. */
import type { Peak, Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { usefulBound } from './certainty.js';
import { runtimeFloor } from './runtime-floors.js';

const MB = 1024 ** 2;
const GB = 1024 * MB;

export interface ContainerLimit {
  readonly bytes: number;
  /** Where it comes from: a part of a sentence. */
  readonly reason: string;
}

/** What runs differ by, and room for files that are read: too little makes a program read them again. */
const margin = { factor: 1.25, text: 'a quarter more' };
/** Where the peak may have been higher than what was seen. */
const widerMargin = { factor: 1.5, text: 'half as much again, since more may have been missed' };
/** Up to so much, the limit is a multiple of that. */
const steps = [
  { upTo: 64 * MB, step: 8 * MB },
  { upTo: GB, step: 32 * MB },
  { upTo: 4 * GB, step: 128 * MB },
  { upTo: 16 * GB, step: 512 * MB },
  { upTo: Number.POSITIVE_INFINITY, step: GB },
];

/** What the kernel itself needs, where it was not counted: page tables, and a part for each process. */
const kernelShare = 0.015;
const kernelBytesOfProcess = 0.3 * MB;

/** Nothing for a run that was cut short: it would have needed more. */
export function containerLimit(result: Result): ContainerLimit | undefined {
  const { peak, exit, oom } = result;
  const need = needOf(result);
  if (!peak || !need || exit.cause !== 'exit' || oom) return undefined;
  const { bytes, what, note = '', more } = need;
  const kernelBytes = kernelOf(result, bytes);
  const wanted = (bytes + kernelBytes) * more.factor;
  const floor = runtimeFloor(peak.processes);
  if (floor && floor.bytes > wanted) {
    return {
      bytes: roundedUp(floor.bytes),
      reason: `what ${floor.runtime} needs to start, rounded up`,
    };
  }
  const parts = `${what} ${formatBytes(bytes)}${note}, ${formatBytes(kernelBytes)} for the kernel`;
  return { bytes: roundedUp(wanted), reason: `${parts} and ${more.text}, rounded up` };
}

/** Exact, as people give it to a container: a whole number of MB, or of GB and halves. */
export function limitText({ bytes }: ContainerLimit): string {
  return bytes % (GB / 2) === 0 && bytes >= GB ? formatBytes(bytes) : `${bytes / MB}MB`;
}

interface Need {
  readonly bytes: number;
  readonly what: string;
  readonly note?: string;
  readonly more: typeof margin;
}

/** By its own count, where the whole run was in the group. */
function kernelOf({ peak, cgroup }: Result, bytes: number): number {
  if (cgroup?.kernelBytes !== undefined && cgroup.escaped === 0) return cgroup.kernelBytes;
  const processCount = peak?.processCount ?? 1;
  return Math.round(bytes * kernelShare + processCount * kernelBytesOfProcess);
}

/**
 * At most the upper bound. The kernel's count of a group has no gaps, and what it holds of files that
 * nobody has mapped can be given back; so the larger of that and of what was seen is enough where it
 * is lower.
 */
function needOf({ peak, cgroup }: Result): Need | undefined {
  if (!peak) return undefined;
  const peakBytes = wholeBytes(peak);
  const candidates: Need[] = [];
  const bound = usefulBound(peak);
  if (bound !== undefined) {
    const what = bound > peak.bytes ? 'the peak of at most' : 'the peak of';
    candidates.push({ bytes: Math.max(bound, peakBytes), what, more: margin });
  }
  if (cgroup?.peakBytes !== undefined && cgroup.escaped === 0) {
    const { fileBytes = 0, kernelBytes = 0 } = cgroup;
    const counted = cgroup.peakBytes - fileBytes - kernelBytes + (peak.mappedBytes ?? 0);
    candidates.push(
      counted > peakBytes
        ? { bytes: counted, what: "the kernel's count of", more: margin }
        : {
            bytes: peakBytes,
            what: 'the peak of',
            note: ' (the kernel counted no more)',
            more: margin,
          },
    );
  }
  const [least] = candidates.sort((one, other) => one.bytes - other.bytes);
  return least ?? { bytes: peakBytes, what: 'the peak of', more: widerMargin };
}

/** With its shared pages: proportional memory holds a part of them, and a process needs them all. */
function wholeBytes({ metric, bytes, processes }: Peak): number {
  if (metric !== 'pss') return bytes;
  return processes.reduce((most, { rssBytes }) => Math.max(most, rssBytes), bytes);
}

function roundedUp(bytes: number): number {
  const step = steps.find(({ upTo }) => bytes <= upTo)?.step ?? GB;
  return Math.max(1, Math.ceil(bytes / step)) * step;
}
