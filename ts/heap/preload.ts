/**
 * Runs in every Node process of a run before its program does, and writes down how large the heap
 * becomes. It is loaded by name (`--require`), so it may be any version of Node, or Bun or Deno.
 *
 * The program must not notice: everything that is used is taken before it can be replaced, nothing
 * stays open, listens or keeps the process alive, and whatever fails is left out without a word.
 *
 * Collections are not listened for. `PerformanceObserver` and `GCProfiler` keep something for each
 * until the program returns to its event loop, which for one that computes for minutes is gigabytes,
 * and cost 25 to 50 us each time. A registry of finalized objects costs nothing until a full
 * collection, and is told of that one alone.
 */
import { type HeapNumbers, numbersLine, ownerLine } from './record.js';

type Fs = typeof import('node:fs');
type V8 = typeof import('node:v8');
type WorkerThreads = typeof import('node:worker_threads');

const lookEveryMs = 250;
/** A rise of less is not worth a write. */
const worthWriting = 1.005;
const longestCommand = 1000;
/** What is not in the old generation, which is the one that the limit is about. */
const otherSpaces = ['new_space', 'new_large_object_space', 'read_only_space'];

try {
  begin();
} catch {
  // Then nothing is known of this heap, and nobody is told.
}

function begin(): void {
  const folder = process.env.MEMTOP_HEAP_DIR;
  const { versions } = process;
  if (!folder || versions.bun || versions.deno) return;
  // A second time it is wanted as much as the first, by a thread that is not known yet.
  delete require.cache[__filename];
  const v8: V8 = require('node:v8');
  // What is kept in a snapshot would come to life with each program that starts from it.
  if (v8.startupSnapshot?.isBuildingSnapshot()) return;
  const { constants, openSync, writeSync, closeSync, readFileSync }: Fs = require('node:fs');
  const { isMainThread, threadId }: WorkerThreads = require('node:worker_threads');
  const { getHeapStatistics, getHeapSpaceStatistics } = v8;
  const { memoryUsage, emit } = process;
  const { apply } = Reflect;
  const { max } = Math;

  const startTicks = readStartTicks(readFileSync);
  const file = `${folder}/${process.pid}-${process.hrtime.bigint()}-${threadId}`;
  const write = (text: string) => {
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      writeSync(descriptor, text, 0, 'latin1');
    } finally {
      closeSync(descriptor);
    }
  };

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
  let written = 0;

  const look = () => {
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

  const writeWhatIsNew = () => {
    const { usedBytes, committedBytes, externalBytes, unconfirmedBytes } = numbers;
    const sum = usedBytes + committedBytes + externalBytes + unconfirmedBytes;
    if (sum > written * worthWriting || sum < written) writeNumbers(sum);
  };
  const writeNumbers = (sum: number) => {
    write(numbersLine(numbers));
    written = sum;
  };

  const collected = () => {
    try {
      const { oldBytes } = look();
      numbers.fullCollections += 1;
      numbers.liveBytes = max(numbers.liveBytes ?? 0, oldBytes);
      numbers.unconfirmedBytes = 0;
      registry.register({}, undefined);
    } catch {
      // The next look may do better.
    }
  };
  const registry = new FinalizationRegistry(collected);
  registry.register({}, undefined);

  const lookAgain = () => {
    try {
      const { oldBytes } = look();
      numbers.unconfirmedBytes = max(numbers.unconfirmedBytes, oldBytes);
      writeWhatIsNew();
    } catch {
      // The folder is gone with the run that it belonged to.
    }
  };
  const lookForTheLastTime = () => {
    try {
      const { usedBytes } = look();
      // What is young may be there to stay as well.
      numbers.unconfirmedBytes = max(numbers.unconfirmedBytes, usedBytes);
      numbers.hasEnded = true;
      write(numbersLine(numbers));
    } catch {
      // As above.
    }
  };

  const { oldBytes } = look();
  numbers.unconfirmedBytes = oldBytes;
  numbers.looks = 0;
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const owner = {
    pid: process.pid,
    ...(startTicks !== undefined && { startTicks }),
    ...(!isMainThread && { worker: threadId }),
    nodeVersion: process.version,
    command: command.map((word) => word.slice(0, longestCommand)).slice(0, 100),
  };
  write(numbersLine(numbers) + asLatin1(ownerLine(owner)));
  setInterval(lookAgain, lookEveryMs).unref();

  // A listener would be counted with the program's own, which is told when it has too many.
  const { emit: emitAndLook } = {
    emit(this: unknown, name: string, ...values: unknown[]): unknown {
      if (name !== 'exit') return apply(emit, this, [name, ...values]);
      // Before its listeners, since one of them may end the process; and after.
      lookForTheLastTime();
      const answer = apply(emit, this, [name, ...values]);
      lookForTheLastTime();
      return answer;
    },
  };
  Object.defineProperty(process, 'emit', {
    configurable: true,
    writable: true,
    value: emitAndLook,
  });
}

/** `/proc/self/stat`, behind a name that may hold anything. */
function readStartTicks(readFileSync: Fs['readFileSync']): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}

/** The same bytes as UTF-8, with a character for each. */
function asLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
