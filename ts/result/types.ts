/** The result of a run. Generated from schema.ts by `npm run generate`. */

export interface Result {
  /** Name and number of this schema. */
  schema: 'memtop.result/2';
  /** The version of memtop that wrote it. */
  memtopVersion: string;
  run: Run;
  exit: Exit;
  peak?: Peak;
  largestProcess?: LargestProcess;
  cgroup?: Cgroup;
  processes?: ProcessCounts;
  sampling: Sampling;
  guard?: Guard;
  oom?: Oom;
  heap?: HeapSummary;
  /** Processes of the tree that were still alive when the command had ended. */
  survivors?: Survivor[];
  timeline?: Timeline;
  /** The programs that had the most memory, over time. */
  programs?: Program[];
  /**
   * The named parts, each with its own processes. Times count from the start of the run, and from
   * the start of each task where a program has named it.
   */
  tasks?: Task[];
  /** Spans of time, named by the first rule whose processes were alive. */
  stages?: Stage[];
  missing?: Missing;
  bench?: Bench;
  /** What went wrong and did not stop the run. */
  warnings: Warning[];
}

/** What was run, where and when. */
export interface Run {
  /** Unique; sorts by time. */
  id: string;
  /** The name given with --label. */
  label?: string;
  /** The command and its arguments. */
  command: string[];
  /** Working directory of the command. */
  cwd?: string;
  /** The process of the command. Pid and start time together identify it. */
  process?: ProcessIdentity;
  /** Start, ISO 8601 in UTC. */
  startedAt: string;
  /** End, ISO 8601 in UTC. */
  endedAt: string;
  /** From start to end. */
  durationMs: number;
  host: Host;
}

/** A process. A pid can be reused; pid and start time together cannot. */
export interface ProcessIdentity {
  /** Process id. */
  pid: number;
  /** Its start, ISO 8601 in UTC, exact to 10 ms. */
  startedAt?: string;
}

/** The machine. */
export interface Host {
  /** Operating system, as Node names it: linux, darwin, win32. */
  os: string;
  /** Processor architecture, as Node names it: x64, arm64. */
  arch: string;
  /** Release of the operating system. */
  kernel: string;
  /** Logical CPUs. */
  cpus: number;
  /** Memory of the machine. */
  memoryBytes: number;
}

/** How the command ended. */
export interface Exit {
  /** Exit code; null when a signal ended the command, and when it is not known. */
  code: number | null;
  /** Name of the signal that ended it, or null. */
  signal: string | null;
  cause: ExitCause;
  /** Why it did not start, or why it was ended. */
  message?: string;
}

/**
 * Why it ended: by itself; by a signal; killed by the kernel for lack of memory; its heap was full;
 * ended by the guard; timed out; aborted by the program that ran it; never started; unknown for a
 * process that memtop did not start.
 */
export type ExitCause =
  | 'exit'
  | 'signal'
  | 'oom-kernel'
  | 'oom-heap'
  | 'guard'
  | 'timeout'
  | 'aborted'
  | 'not-started'
  | 'unknown';

/** The instant with the most memory, and what made it up. */
export interface Peak {
  /**
   * The peak: the most memory that the command needed at any instant. The best estimate between
   * lowerBytes and upperBytes.
   */
  bytes: number;
  metric: PeakMetric;
  /**
   * How it was found: traced, with every process seen from start to end; scanned at intervals;
   * kernel when one process alone, by the high-water mark that the kernel keeps, was larger than
   * any sampled sum.
   */
  method: 'traced' | 'scanned' | 'kernel';
  /** When it was sampled, from the start of the run. */
  atMs: number;
  /** Of the peak, memory that no file backs, such as heaps. */
  anonBytes?: number;
  /** Of the peak, mapped files, such as programs and libraries, and shared memory. */
  mappedBytes?: number;
  /** Sum of resident memory of the processes. */
  rssBytes: number;
  /** Sum of proportional memory of the processes; present when the metric is pss. */
  pssBytes?: number;
  /** The highest sum of resident memory at any instant. */
  highestRssBytes: number;
  /** The true peak is not lower than this. */
  lowerBytes: number;
  /** The true peak is not higher than this; absent when that is not known. */
  upperBytes?: number;
  /** How many processes made it up. */
  processCount: number;
  /**
   * The processes that had memory at that instant, the largest first; with the method kernel that
   * one process, or none where it is not known which.
   */
  processes: ProcessAtPeak[];
  /** The same by name, the largest first. */
  rollup: RollupEntry[];
  /** The tasks that ran together at that instant, the largest first. */
  tasks?: TaskAtPeak[];
}

/**
 * What was counted. unique: every page that a process of the tree has, once. rss: resident memory,
 * where a page counts in each process that has it. pss: proportional memory, where each process has
 * its share of a page that several have, including processes outside the tree. footprint and
 * commit: what other operating systems count. Peaks of different metrics cannot be compared.
 */
export type PeakMetric = 'unique' | 'rss' | 'pss' | 'footprint' | 'commit';

/** A process that had memory at the peak. */
export interface ProcessAtPeak {
  /** Process id. */
  pid: number;
  /** Process id of its parent when it was started. */
  parentPid?: number;
  /** When it was first seen, from the start of the run. */
  startedAtMs: number;
  /** The operating system's short name for it. */
  name: string;
  /** Program and arguments; long ones are cut. */
  command: string[];
  /** The task that it belonged to. */
  task?: string;
  /** Its part of the peak. The parts of all processes add up to the peak. */
  bytes: number;
  /** Its resident memory at the peak. */
  rssBytes: number;
  /** Its proportional memory at the peak; absent where it was not read. */
  pssBytes?: number;
}

/** The processes of one name at the peak. */
export interface RollupEntry {
  /** Name that the processes share. */
  name: string;
  /** How many. */
  count: number;
  /** Their memory together. */
  bytes: number;
}

/** A task that ran at the peak. */
export interface TaskAtPeak {
  /** Its name. */
  id: string;
  /** Where the name comes from. */
  source: string;
  /** The memory of its processes at the peak. */
  bytes: number;
  /** How many of them there were. */
  processCount: number;
}

/** The process that was the largest at any instant. */
export interface LargestProcess {
  /** Process id. */
  pid: number;
  /** The operating system's short name for it. */
  name: string;
  /** Program and arguments; long ones are cut. */
  command: string[];
  /** Its own highest resident memory; never more than the peak. */
  bytes: number;
  /** How it was found: traced when it was seen until its end; scanned at intervals. */
  method: 'traced' | 'scanned';
}

/** What the kernel counted in the control group of the run. */
export interface Cgroup {
  /** Version of control groups, 1 or 2. */
  version: number;
  /** The group's path. */
  path: string;
  /** The kernel's own peak, page cache included. */
  peakBytes?: number;
  /** Of that, anonymous memory of processes, at the highest reading. */
  anonBytes?: number;
  /** Of that, memory of files, at the highest reading. */
  fileBytes?: number;
  /** Memory of the kernel itself for the group then, such as page tables. */
  kernelBytes?: number;
  /** Processes that the kernel killed for lack of memory. */
  oomKills?: number;
  /** Processes of the run that were seen outside the group. */
  escaped: number;
}

/** How many processes there were. */
export interface ProcessCounts {
  /** Processes that were seen in the tree. */
  seen: number;
  /** Those of them that ended before their memory was read once. */
  unmeasured: number;
  /** The most alive at one sample. */
  maxAlive: number;
}

/** How the run was measured. */
export interface Sampling {
  /**
   * How the tree was followed: traced when every start and end of a process was reported; scanned
   * when they were looked for at intervals; unavailable when nothing could be measured.
   */
  method: 'traced' | 'scanned' | 'unavailable';
  /**
   * What reported starts and ends of processes: kernel, its events, with the peak of each process
   * that ended; ptrace; connector, events of the kernel without those peaks; scan, nothing but the
   * process table.
   */
  tracking?: 'kernel' | 'ptrace' | 'connector' | 'scan';
  /** The interval that was requested; without one, the interval in use at the end. */
  intervalMs?: number;
  /** Samples taken. */
  ticks?: number;
  /** The median of the times between samples. */
  medianGapMs?: number;
  /** The longest time between two samples. */
  maxGapMs?: number;
  /** CPU time of the sampling thread. */
  cpuMs?: number;
  /** How often the pages of a process were read. */
  pssReads?: number;
  /** Processes whose pages must not be read; what they share is estimated. */
  pssRefused?: number;
  /** How often a traced process was stopped to be measured. */
  tracedStops?: number;
  /** Processes that tracing released; they were scanned from then on. */
  released?: number;
  /** How often the kernel had too many events to send; what was lost was found by a scan. */
  lostEvents?: number;
  /** Why nothing better was used, such as why the kernel sent no events. */
  fallbackReason?: string;
}

/** What watched over the memory of the run; absent where it was switched off. */
export interface Guard {
  /** Whether it has warned. */
  warned: boolean;
  /** Above this it warns once. */
  warnBytes?: number;
  /** Above this it ends the run. */
  limitBytes?: number;
  /** What it did. */
  action: 'none' | 'terminated';
  /**
   * Why: the run was above its limit, or the machine or a control group was running out of memory.
   */
  reason?: 'limit' | 'machine';
  /** Path of that group; absent when it was the machine. */
  group?: string;
  /** Memory of the tree at that time. */
  bytes?: number;
  /** When, from the start of the run. */
  atMs?: number;
  /** From then until the tree was dead. */
  tookMs?: number;
  /** Processes that it ended. */
  ended?: number;
  /** Path of the crash dump. */
  dumpFile?: string;
  /** Path of the summary of that dump. */
  summaryFile?: string;
}

/** What is known when memory ran out. */
export interface Oom {
  /** kernel when the kernel killed a process; heap when the heap of a program was full. */
  kind: 'kernel' | 'heap';
  /**
   * What was used up: the control group of the run, the machine, a group around it, or the heap of
   * V8 (Node).
   */
  by: 'group' | 'machine' | 'enclosing-group' | 'v8';
  /** Path of that group. */
  group?: string;
  /** The limit of that group. */
  limitBytes?: number;
  victim?: OomVictim;
  /** The limit of the heap. */
  heapLimitBytes?: number;
  /**
   * exact where it was counted or reported for this run; likely where it may concern other
   * processes.
   */
  evidence: 'exact' | 'likely';
}

/** The process that died of it. */
export interface OomVictim {
  /** Process id. */
  pid?: number;
  /** The operating system's short name for it. */
  name: string;
  /** Program and arguments; long ones are cut. */
  command: string[];
  /** Its resident memory, as far as it was seen. */
  bytes?: number;
}

/** The JavaScript heaps of Node; absent without --heap, or when no process reported one. */
export interface HeapSummary {
  /** Node processes that reported. */
  processCount: number;
  /** Their heaps: one per process, and one per worker thread. */
  heapCount: number;
  /**
   * How much of the peak was JavaScript heap, about: the largest sizes seen of the heaps of the
   * processes alive at the peak.
   */
  ofPeakBytes?: number;
  /** The --max-old-space-size that is enough for all of them: the highest. */
  neededMegabytes?: number;
  /** Each heap, the one that needs most first; at most a hundred. */
  heaps: Heap[];
}

/** The heap of one thread. */
export interface Heap {
  /** Process id. */
  pid: number;
  /** Number of the worker thread; absent for the main thread. */
  worker?: number;
  /** Version of Node. */
  nodeVersion: string;
  /** Program and arguments; long ones are cut. */
  command: string[];
  /** Its limit, the young generation included. */
  limitBytes: number;
  /** The most seen in use, garbage included. */
  usedBytes: number;
  /** The most memory seen set aside for it. */
  committedBytes: number;
  /** The most of the old generation that was left after a full collection. */
  liveBytes?: number;
  /** Full collections that were noticed. */
  fullCollections: number;
  /** The most memory outside the heap that its objects were seen to hold. */
  externalBytes: number;
  /** Of that, the most seen in array buffers. */
  arrayBuffersBytes: number;
  /** How often it was read after its program had started. */
  looks: number;
  /**
   * When it was last read: at its end; earlier, since the process was killed or is still running;
   * full when it ended because of its limit.
   */
  lastSeen: 'end' | 'before-end' | 'full';
  /** The --max-old-space-size that it needs; absent where it was not read in time. */
  neededMegabytes?: number;
  /** The reason for that number. */
  neededBecause?: string;
}

/** A process that outlived the command. */
export interface Survivor {
  /** Process id. */
  pid: number;
  /** The operating system's short name for it. */
  name: string;
  /** Program and arguments; long ones are cut. */
  command: string[];
  /** Its part of the memory of all survivors, as in the peak. */
  bytes?: number;
  /** Its resident memory. */
  rssBytes?: number;
}

/** Memory over time. Its highest point is the sampled peak. */
export interface Timeline {
  /** When, from the start of the run; rising. */
  atMs: number[];
  /** The sum at each of these times: the highest since the one before. */
  bytes: number[];
}

/** All processes of one name. */
export interface Program {
  /** Name that its processes share. */
  name: string;
  /** The most that they had together. */
  peakBytes: number;
  timeline: Timeline;
}

/** A named part of a run, with processes of its own. */
export interface Task {
  /** Its name. */
  id: string;
  /** The task of `memtop run` that it was found in, whose name precedes its own. */
  parent?: string;
  /**
   * Where the name comes from: `api` for a program, `config` and `script` for `memtop run`,
   * `memtop` for MEMTOP_TASK, or the task runner.
   */
  source: string;
  /** A service works for several tasks, as a daemon does; otherwise absent. */
  kind?: 'task' | 'service';
  /** Whether its processes were still alive when measuring it ended; or that it was not run. */
  status: 'running' | 'ended' | 'skipped' | 'cached';
  /** Why it was not started. */
  skippedBecause?: string;
  /** Where the output of a cached task came from. */
  cache?: 'local' | 'remote' | 'kept';
  exit?: Exit;
  /** When it was started, from the start of the run. */
  startedAtMs?: number;
  /** From its start to its end; absent when it was skipped. */
  durationMs?: number;
  peak?: Peak;
  wrappers?: Wrappers;
  /** The highest sum of its peak and its wrappers. */
  totalPeakBytes?: number;
  /** Processes that were seen in its tree; absent when none were looked for. */
  processCount?: number;
  timeline?: Timeline;
  guard?: Guard;
  heap?: HeapSummary;
  oom?: Oom;
  /** What went wrong and did not stop the run. */
  warnings?: Warning[];
}

/**
 * Processes that only started others, such as `npm run` and shells; not in the peak of the task.
 */
export interface Wrappers {
  /** Their memory at their peak. */
  bytes?: number;
  /** How many were seen. */
  processCount: number;
}

/** Something that went wrong and did not stop the run. */
export interface Warning {
  /** For programs. */
  code: string;
  /** For people. */
  message: string;
}

/** A span of time of a run. */
export interface Stage {
  /** Its name. */
  name: string;
  /** The peak of the whole tree during this stage. */
  peakBytes?: number;
  /** When the tree was first in this stage, from the start of the run. */
  firstSeenMs: number;
  /** When it was last in it. */
  lastSeenMs: number;
  /** How long it was in it in all. */
  durationMs: number;
}

/** Why a measure is absent. */
export interface Missing {
  /** Why there is no control group. */
  cgroup?: string;
  /** Why the peak has no upper bound. */
  upperBytes?: string;
}

/** What `memtop bench` did around the run. */
export interface Bench {
  outcome: BenchOutcome;
  headline?: Headline;
  /** What the command should write. */
  verify: Verified[];
  /** What was removed before the run. */
  cleared: Cleared[];
  /** Path of the output of the command. */
  logFile?: string;
  /** The probable cause of a failure. */
  hint?: string;
  container?: BenchContainer;
  repeats?: Repeats;
}

/** How it went. */
export type BenchOutcome = 'ok' | 'command-failed' | 'verification-failed' | 'interrupted';

/** The peak that is shown first. */
export interface Headline {
  /** The peak that is shown first. */
  bytes: number;
  /** Its source: the kernel's own count of the control group, or the processes, by that metric. */
  from: 'cgroup' | 'unique' | 'rss' | 'pss' | 'footprint' | 'commit';
  /** Memory of the container before the command started; part of the peak. */
  baselineBytes?: number;
  /** How much it exceeds the sum over the processes: page cache and memory of the kernel. */
  gapBytes?: number;
}

/** A file or folder that the command should write. */
export interface Verified {
  /** The path or the pattern that was asked for. */
  path: string;
  /** Whether the run fails without it. */
  isRequired: boolean;
  /** Whether it was written by this run, is older, or does not exist. */
  state: 'fresh' | 'stale' | 'missing';
  /** Files that match it. */
  fileCount: number;
  /** Their size together. */
  bytes: number;
}

/** A file or folder that was removed before the run. */
export interface Cleared {
  /** What was removed, relative to the project folder. */
  path: string;
  /** Files in it. */
  fileCount: number;
  /** Their size together. */
  bytes: number;
}

/** The container that the command ran in. */
export interface BenchContainer {
  /** What ran the container. */
  engine: 'docker' | 'podman';
  /** Its image. */
  image?: string;
  /** The folder that was its root. */
  rootfs?: string;
  /** Its memory limit. */
  memoryLimitBytes?: number;
  /** Whether the command managed with that limit. Absent where the engine did not set it. */
  fits?: boolean;
}

/** All runs of a repeated one; the rest of the result is that of the run in the middle. */
export interface Repeats {
  /** Runs before them that do not count. */
  warmups: number;
  /** The median of their headlines. */
  medianBytes?: number;
  /** The true median is not below this, with that confidence. */
  lowBytes?: number;
  /** Nor above this. */
  highBytes?: number;
  /** That confidence, from 0 to 1. */
  confidence?: number;
  /** From the lowest to the highest. */
  spreadBytes?: number;
  /** What is odd about them: outliers, a cold start, a trend. */
  remarks: string[];
  /** Each of them, in order. */
  runs: RunMeasures[];
}

/** What is known of one run for comparing it with others. */
export interface RunMeasures {
  /** Unique; sorts by time. */
  id: string;
  /** Start, ISO 8601 in UTC. */
  startedAt: string;
  /** From start to end. */
  durationMs: number;
  /** Whether it ended well and wrote what it should. */
  isGood: boolean;
  exit: Exit;
  peak?: RunPeak;
  /** The kernel's own peak of its control group. */
  kernelPeakBytes?: number;
  /** Its tasks that were measured. */
  tasks: {
    /** Its name. */
    id: string;
    /** The highest sum in it. */
    peakBytes: number;
  }[];
  /** Its stages that were measured. */
  stages: {
    /** Its name. */
    name: string;
    /** The highest sum in it. */
    peakBytes: number;
  }[];
}

/** The peak of that run. */
export interface RunPeak {
  /** The most memory that the command needed at any instant. */
  bytes: number;
  metric: PeakMetric;
  /** What made it up, the largest first. */
  rollup: RollupEntry[];
}
