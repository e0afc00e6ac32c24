/**
 * Runs in every Node process of a run before its program does, and writes down how large the heap
 * becomes. It is loaded by name (`--require`), so it may be any version of Node, or Bun or Deno.
 *
 * The program must not notice: everything that is used is taken before the program can replace it,
 * nothing stays open, listens or keeps the process alive, and every failure is ignored.
 *
 * It does not listen for collections. `PerformanceObserver` and `GCProfiler` keep an entry for each
 * until the program returns to its event loop, which for one that computes for minutes is
 * gigabytes, and cost 25 to 50 us each time. A `FinalizationRegistry` costs nothing until a full
 * collection, and is called after those alone.
 */
import { type HeapNumbers, type HeapOwner, numbersLine, ownerLine } from './record.js';

type Fs = typeof import('node:fs');
type V8 = typeof import('node:v8');
type WorkerThreads = typeof import('node:worker_threads');

const readEveryMs = 250;
/** A rise of less is not worth a write. */
const worthWriting = 1.005;
const longestCommand = 1000;
/** What is not in the old generation, which is the one that the limit is about. */
const otherSpaces = ['new_space', 'new_large_object_space', 'read_only_space'];
const { max } = Math;

/** Kept here, since a registry that is garbage itself calls nothing. */
let registry: FinalizationRegistry<undefined> | undefined;

try {
  begin();
} catch {
  // Then this heap is not reported.
}

function begin(): void {
  const folder = process.env.MEMTOP_HEAP_DIR;
  const { versions } = process;
  if (!folder || versions.bun || versions.deno) return;
  // It must run again when it is required again, by a worker thread.
  delete require.cache[__filename];
  const v8: V8 = require('node:v8');
  // What is in a startup snapshot would run in each program that starts from it.
  if (v8.startupSnapshot?.isBuildingSnapshot()) return;
  const fs: Fs = require('node:fs');
  const threads: WorkerThreads = require('node:worker_threads');
  const file = `${folder}/${process.pid}-${process.hrtime.bigint()}-${threads.threadId}`;
  watchHeap(heapReader(v8), fileWriter(fs, file), ownerOf(fs, threads));
}

interface HeapReader {
  /** The highest of all readings. */
  readonly numbers: HeapNumbers;
  /** What is in use now. */
  read(): { usedBytes: number; oldBytes: number };
}

function heapReader({ getHeapStatistics, getHeapSpaceStatistics }: V8): HeapReader {
  const { memoryUsage } = process;
  const numbers: HeapNumbers = {
    limitBytes: 0,
    usedBytes: 0,
    committedBytes: 0,
    externalBytes: 0,
    arrayBuffersBytes: 0,
    unconfirmedBytes: 0,
    fullCollections: 0,
    looks: 0,
    hasEnded: false,
  };
  const read = () => {
    const heap = getHeapStatistics();
    const { external, arrayBuffers = 0 } = memoryUsage();
    let oldBytes = 0;
    for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
      if (!otherSpaces.includes(space_name)) oldBytes += space_used_size;
    }
    numbers.looks += 1;
    numbers.limitBytes = heap.heap_size_limit;
    numbers.usedBytes = max(numbers.usedBytes, heap.used_heap_size);
    numbers.committedBytes = max(numbers.committedBytes, heap.total_heap_size);
    numbers.externalBytes = max(numbers.externalBytes, external);
    numbers.arrayBuffersBytes = max(numbers.arrayBuffersBytes, arrayBuffers);
    return { usedBytes: heap.used_heap_size, oldBytes };
  };
  return { numbers, read };
}

type Write = (text: string) => void;

/** Writes text over the beginning of the file. */
function fileWriter({ constants, openSync, writeSync, closeSync }: Fs, file: string): Write {
  return (text) => {
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      writeSync(descriptor, text, 0, 'latin1');
    } finally {
      closeSync(descriptor);
    }
  };
}

function ownerOf({ readFileSync }: Fs, { isMainThread, threadId }: WorkerThreads): HeapOwner {
  const startTicks = readStartTicks(readFileSync);
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  return {
    pid: process.pid,
    ...(startTicks !== undefined && { startTicks }),
    ...(!isMainThread && { worker: threadId }),
    nodeVersion: process.version,
    command: command.map((word) => word.slice(0, longestCommand)).slice(0, 100),
  };
}

function watchHeap({ numbers, read }: HeapReader, write: Write, owner: HeapOwner): void {
  afterFullCollections(() => {
    const { oldBytes } = read();
    numbers.fullCollections += 1;
    numbers.liveBytes = max(numbers.liveBytes ?? 0, oldBytes);
    numbers.unconfirmedBytes = 0;
  });

  const { oldBytes } = read();
  numbers.unconfirmedBytes = oldBytes;
  numbers.looks = 0;
  write(numbersLine(numbers) + asLatin1(ownerLine(owner)));

  let writtenSum = 0;
  const readAgain = () => {
    try {
      const { oldBytes } = read();
      numbers.unconfirmedBytes = max(numbers.unconfirmedBytes, oldBytes);
      const { usedBytes, committedBytes, externalBytes, unconfirmedBytes } = numbers;
      const sum = usedBytes + committedBytes + externalBytes + unconfirmedBytes;
      if (sum <= writtenSum * worthWriting && sum >= writtenSum) return;
      write(numbersLine(numbers));
      writtenSum = sum;
    } catch {
      // The folder is gone with the run that it belonged to.
    }
  };
  setInterval(readAgain, readEveryMs).unref();

  aroundExit(() => {
    try {
      const { usedBytes } = read();
      // Young objects may be live as well.
      numbers.unconfirmedBytes = max(numbers.unconfirmedBytes, usedBytes);
      numbers.hasEnded = true;
      write(numbersLine(numbers));
    } catch {
      // As above.
    }
  });
}

function afterFullCollections(callback: () => void): void {
  const collected = () => {
    try {
      callback();
      registry?.register({}, undefined);
    } catch {
      // The next reading may succeed.
    }
  };
  registry = new FinalizationRegistry<undefined>(collected);
  registry.register({}, undefined);
}

/** A listener of 'exit' would count as one of the program's, which is warned of too many. */
function aroundExit(callback: () => void): void {
  const { emit } = process;
  const { apply } = Reflect;
  const { emit: emitAndCall } = {
    emit(this: unknown, name: string, ...values: unknown[]): unknown {
      if (name !== 'exit') return apply(emit, this, [name, ...values]);
      // Before its listeners, since one of them may end the process; and after.
      callback();
      const answer = apply(emit, this, [name, ...values]);
      callback();
      return answer;
    },
  };
  Object.defineProperty(process, 'emit', {
    configurable: true,
    writable: true,
    value: emitAndCall,
  });
}

/** The start time in `/proc/self/stat`, after a name that may contain any character. */
function readStartTicks(readFileSync: Fs['readFileSync']): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}

/** The UTF-8 bytes of the text, each as one character. */
function asLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
