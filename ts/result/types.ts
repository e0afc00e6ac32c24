/** The result of a run. Generated from schema.ts by `npm run generate`. */
export interface Result {
  /** Name and number of this schema. */
  schema: 'memtop.result/2';
  /** The version of memtop that wrote it. */
  memtopVersion: string;
  /** What was run, where and when. */
  run: {
    /** Unique; sorts by time. */
    id: string;
    /** The name given with --label. */
    label?: string;
    /** The command and its arguments. */
    command: string[];
    /** Working directory of the command. */
    cwd?: string;
    /** The process that the command ran in. The two together name it and no other. */
    process?: {
      /** Process id. */
      pid: number;
      /** When it started, in clock ticks since the machine did. */
      startTicks: number;
    };
    /** When it was started, ISO 8601 in UTC. */
    startedAt: string;
    /** When it had ended, ISO 8601 in UTC. */
    endedAt: string;
    /** From start to end. */
    durationMs: number;
    /** The machine. */
    host: {
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
    };
  };
  /** How the command ended. */
  exit: {
    /** Exit code; null when a signal ended the command, and when it is not known. */
    code: number | null;
    /** Name of the signal that ended it, or null. */
    signal: string | null;
    /** Why it ended: by itself; by a signal; killed by the kernel for want of memory; its heap was full; by the guard; because its time was over; because the program that ran it wanted so; it never started; unknown for a process that somebody else had started. */
    cause:
      | 'exit'
      | 'signal'
      | 'oom-kernel'
      | 'oom-heap'
      | 'guard'
      | 'timeout'
      | 'aborted'
      | 'not-started'
      | 'unknown';
    /** Why it did not start, or why it was ended. */
    message?: string;
  };
  /** The highest instant and who made it up. */
  peak?: {
    /** The peak: the most memory that the command needed at any instant. The best estimate between lowerBytes and upperBytes. */
    bytes: number;
    /** What was counted. unique: every page that a process of the tree has, once. rss: resident memory, where a page counts in each process that has it. pss: proportional memory, where each process has its share of a page that several have, also several outside of the tree. footprint and commit: what other operating systems count. Peaks of different metrics cannot be compared. */
    metric: 'unique' | 'rss' | 'pss' | 'footprint' | 'commit';
    /** How it was found: traced, with every process seen from start to end; scanned at intervals; kernel when one process alone was larger than any sum that was sampled, by what the kernel remembers. */
    method: 'traced' | 'scanned' | 'kernel';
    /** When it was sampled, from the start of the run. */
    atMs: number;
    /** Of the peak, memory that no file backs, such as heaps. */
    anonBytes?: number;
    /** Of the peak, files that are mapped, such as programs and libraries, and shared memory. */
    mappedBytes?: number;
    /** Sum of resident memory of the processes. */
    rssBytes: number;
    /** Sum of proportional memory of the processes; there when the metric is pss. */
    pssBytes?: number;
    /** The highest sum of resident memory at any instant. */
    highestRssBytes: number;
    /** The true peak is not lower than this. */
    lowerBytes: number;
    /** The true peak is not higher than this; absent when that is not known. */
    upperBytes?: number;
    /** How many processes made it up. */
    processCount: number;
    /** Those that had memory at that instant, the largest first; with the method kernel that one process, and none where it is not known which. */
    processes: {
      /** Process id. */
      pid: number;
      /** Process id of its parent when it was started. */
      parentPid?: number;
      /** When it was first seen, from the start of the run. */
      startedAtMs: number;
      /** The operating system's short name for it. */
      name: string;
      /** Its arguments, the program first; long ones are cut. */
      command: string[];
      /** The task that it belonged to. */
      task?: string;
      /** Its part of the peak. The parts of all processes add up to the peak. */
      bytes: number;
      /** Its resident memory at the peak. */
      rssBytes: number;
      /** Its proportional memory at the peak; absent where it was not read. */
      pssBytes?: number;
    }[];
    /** The same by name, the largest first. */
    rollup: {
      /** Name that the processes share. */
      name: string;
      /** How many. */
      count: number;
      /** Their memory together. */
      bytes: number;
    }[];
    /** The tasks that ran together at that instant, the largest first. */
    tasks?: {
      /** Its name. */
      id: string;
      /** Who named it. */
      source: string;
      /** The memory of its processes at the peak. */
      bytes: number;
      /** How many of them there were. */
      processCount: number;
    }[];
  };
  /** The process that was the largest at any instant. */
  largestProcess?: {
    /** Process id. */
    pid: number;
    /** The operating system's short name for it. */
    name: string;
    /** Its arguments, the program first; long ones are cut. */
    command: string[];
    /** Its own highest resident memory; never more than the peak. */
    bytes: number;
    /** How it was found: traced when it was seen until its end; scanned at intervals. */
    method: 'traced' | 'scanned';
  };
  /** What the kernel counted in the group of the run. */
  cgroup?: {
    /** Version of control groups, 1 or 2. */
    version: number;
    /** The group's path. */
    path: string;
    /** The kernel's own peak, page cache included. */
    peakBytes?: number;
    /** Of that, memory of processes alone, at the highest look. */
    anonBytes?: number;
    /** Of that, memory of files, at the highest look. */
    fileBytes?: number;
    /** What the kernel itself needed for the group then, such as page tables. */
    kernelBytes?: number;
    /** Processes that the kernel ended for want of memory. */
    oomKills?: number;
    /** Processes of the run that were seen outside of the group. */
    escaped: number;
  };
  /** How many processes there were. */
  processes?: {
    /** Processes that were seen in the tree. */
    seen: number;
    /** Those of them that ended before their memory was read once. */
    unmeasured: number;
    /** The most alive at one sample. */
    maxAlive: number;
  };
  /** How the measuring went. */
  sampling: {
    /** How the tree was followed: traced when every start and end of a process was seen; scanned when they were looked for at intervals; unavailable when nothing could be measured. */
    method: 'traced' | 'scanned' | 'unavailable';
    /** The interval that was asked for; without one, the one that was in use at the end. */
    intervalMs?: number;
    /** Samples taken. */
    ticks?: number;
    /** The median of the times between samples. */
    medianGapMs?: number;
    /** The longest time between two samples. */
    maxGapMs?: number;
    /** CPU time of the sampling thread. */
    cpuMs?: number;
    /** Times that the pages of a process were looked at. */
    pssReads?: number;
    /** Processes whose pages may not be looked at; what they share is estimated. */
    pssRefused?: number;
    /** Times that a traced process was stopped for a look. */
    tracedStops?: number;
    /** Processes that tracing let go of; they were scanned from then on. */
    released?: number;
    /** Why nothing better was used, such as why the tree was not traced. */
    fallbackReason?: string;
  };
  /** What watched over the memory of the run; absent where it was switched off. */
  guard?: {
    /** Whether it has warned. */
    warned: boolean;
    /** Past this it warns once. */
    warnBytes?: number;
    /** Past this it ends the run. */
    limitBytes?: number;
    /** What it did. */
    action: 'none' | 'terminated';
    /** Why: the run was past its limit, or the machine or a group was running out of memory. */
    reason?: 'limit' | 'machine';
    /** Path of that group; absent when it was the machine. */
    group?: string;
    /** What the tree had then. */
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
  };
  /** What is known when memory had run out. */
  oom?: {
    /** Who gave up: the kernel, which killed a process; or a program whose own heap was full. */
    kind: 'kernel' | 'heap';
    /** Whose memory was used up: of the group of the run, of the machine, of a group around it, or of the heap of V8 (Node). */
    by: 'group' | 'machine' | 'enclosing-group' | 'v8';
    /** Path of that group. */
    group?: string;
    /** The limit of that group. */
    limitBytes?: number;
    /** The process that died of it. */
    victim?: {
      /** Process id. */
      pid?: number;
      /** The operating system's short name for it. */
      name: string;
      /** Its arguments, the program first; long ones are cut. */
      command: string[];
      /** Its resident memory, as far as it was seen. */
      bytes?: number;
    };
    /** How large the heap was allowed to be. */
    heapLimitBytes?: number;
    /** Exact where it was counted or said for this run; likely where others may have been meant. */
    evidence: 'exact' | 'likely';
  };
  /** The JavaScript heaps of Node; absent without --heap, or when no process reported one. */
  heap?: {
    /** Node processes that reported. */
    processCount: number;
    /** Their heaps: one each, and one for each worker thread. */
    heapCount: number;
    /** About so much of the peak was JavaScript heap: the largest that those of each process then alive were seen. */
    ofPeakBytes?: number;
    /** What --max-old-space-size must be for all of them: the highest. */
    neededMegabytes?: number;
    /** What each was, the one that needs most first; at most a hundred. */
    heaps: {
      /** Process id. */
      pid: number;
      /** When it started, in clock ticks since the machine did. */
      startTicks?: number;
      /** Number of the worker thread; absent for the main thread. */
      worker?: number;
      /** Version of Node. */
      nodeVersion: string;
      /** Its arguments, the program first; long ones are cut. */
      command: string[];
      /** How large it may become, the young generation included. */
      limitBytes: number;
      /** The most that was seen in use, garbage included. */
      usedBytes: number;
      /** The most memory that was seen set aside for it. */
      committedBytes: number;
      /** The most of the old generation that was left after a full collection. */
      liveBytes?: number;
      /** Full collections that were noticed. */
      fullCollections: number;
      /** The most memory outside of it that its objects were seen to hold. */
      externalBytes: number;
      /** Of that, the most that was seen in array buffers. */
      arrayBuffersBytes: number;
      /** Times that it was looked at after its program was started. */
      looks: number;
      /** When it was last looked at: at its end; earlier, since it was killed or goes on; full when it ended because of its limit. */
      lastSeen: 'end' | 'before-end' | 'full';
      /** What --max-old-space-size it needs; absent where it was not looked at in time. */
      neededMegabytes?: number;
      /** How that comes about. */
      neededBecause?: string;
    }[];
  };
  /** Processes of the tree that were still there when the command had ended. */
  survivors?: {
    /** Process id. */
    pid: number;
    /** The operating system's short name for it. */
    name: string;
    /** Its arguments, the program first; long ones are cut. */
    command: string[];
    /** Its part of what they have together, as in the peak. */
    bytes?: number;
    /** Its resident memory. */
    rssBytes?: number;
  }[];
  /** The course of the sum. Its highest point is the peak that was sampled. */
  timeline?: {
    /** When, from the start of the run; rising. */
    atMs: number[];
    /** The sum at that time, the highest of its stretch. */
    bytes: number[];
  };
  /** The programs that had the most memory, over time. */
  programs?: {
    /** Name that its processes share. */
    name: string;
    /** The most that they had together. */
    peakBytes: number;
    /** The course of the sum. Its highest point is the peak that was sampled. */
    timeline: NonNullable<Result['timeline']>;
  }[];
  /** The named parts, each with its own processes. Times count from the start of the run, and from that of each where a program has named it. */
  tasks?: {
    /** Its name. */
    id: string;
    /** The task of `memtop run` that it was found in, whose name stands before its own. */
    parent?: string;
    /** Who named it: `api` for a program, `config` and `script` for `memtop run`, `memtop` for MEMTOP_TASK, or the task runner. */
    source: string;
    /** A service works for several tasks, as a daemon does; otherwise absent. */
    kind?: 'task' | 'service';
    /** Whether its processes were still there when measuring it ended; or that it was not run. */
    status: 'running' | 'ended' | 'skipped' | 'cached';
    /** Why it was not started. */
    skippedBecause?: string;
    /** Where the output of a cached task came from. */
    cache?: 'local' | 'remote' | 'kept';
    /** How the command ended. */
    exit?: NonNullable<Result['exit']>;
    /** When it was started, from the start of the run. */
    startedAtMs?: number;
    /** From its start to its end; absent when it was skipped. */
    durationMs?: number;
    /** The highest instant and who made it up. */
    peak?: NonNullable<Result['peak']>;
    /** Processes that only started others, such as `npm run` and shells; not in its peak. */
    wrappers?: {
      /** Their memory at their highest. */
      bytes?: number;
      /** How many were seen. */
      processCount: number;
    };
    /** The highest sum of its peak and its wrappers. */
    totalPeakBytes?: number;
    /** Processes that were seen in its tree; absent when none were looked for. */
    processCount?: number;
    /** The course of the sum. Its highest point is the peak that was sampled. */
    timeline?: NonNullable<Result['timeline']>;
    /** What watched over the memory of the run; absent where it was switched off. */
    guard?: NonNullable<Result['guard']>;
    /** The JavaScript heaps of Node; absent without --heap, or when no process reported one. */
    heap?: NonNullable<Result['heap']>;
    /** What is known when memory had run out. */
    oom?: NonNullable<Result['oom']>;
    /** What went wrong and did not stop the run. */
    warnings?: {
      /** For programs. */
      code: string;
      /** For people. */
      message: string;
    }[];
  }[];
  /** Spans of time, named by the first rule whose processes were alive. */
  stages?: {
    /** Its name. */
    name: string;
    /** The highest that the whole tree was while it was in this stage. */
    peakBytes?: number;
    /** When the tree was first in this stage, from the start of the run. */
    firstSeenMs: number;
    /** When it was last in it. */
    lastSeenMs: number;
    /** How long it was in it in all. */
    durationMs: number;
  }[];
  /** Why a measure is absent. */
  missing?: {
    /** Why there is no group. */
    cgroup?: string;
    /** Why the peak has no upper bound. */
    upperBytes?: string;
  };
  /** What `memtop bench` did around the run. */
  bench?: {
    /** What became of it. */
    outcome: 'ok' | 'command-failed' | 'verification-failed' | 'interrupted';
    /** The peak that is told first. */
    headline?: {
      /** The peak that is told first. */
      bytes: number;
      /** Where it is from: the kernel's own count of the group, or the processes, by that metric. */
      from: 'cgroup' | 'unique' | 'rss' | 'pss' | 'footprint' | 'commit';
      /** What the group of the container had before the command started; part of the peak. */
      baselineBytes?: number;
      /** How much more that is than the sum over the processes: page cache and memory of the kernel. */
      gapBytes?: number;
    };
    /** What was to be there afterwards. */
    verify: {
      /** The path or the pattern that was asked for. */
      path: string;
      /** Whether the run fails without it. */
      isRequired: boolean;
      /** Whether it was written by this run, is from before, or is not there. */
      state: 'fresh' | 'stale' | 'missing';
      /** Files that it stands for. */
      fileCount: number;
      /** Their size together. */
      bytes: number;
    }[];
    /** What was removed before. */
    cleared: {
      /** What was removed, from the folder of the project. */
      path: string;
      /** Files in it. */
      fileCount: number;
      /** Their size together. */
      bytes: number;
    }[];
    /** Path of what the command wrote. */
    logFile?: string;
    /** What is probably behind a failure. */
    hint?: string;
    /** The container that the command ran in. */
    container?: {
      /** What ran the container. */
      engine: 'docker' | 'podman';
      /** Its image. */
      image?: string;
      /** The folder that it had for a root. */
      rootfs?: string;
      /** Its memory limit. */
      memoryLimitBytes?: number;
      /** Whether the command got by with that. Absent where the engine has not set the limit. */
      fits?: boolean;
    };
    /** All runs of a repeated one; what stands around this is the one in the middle. */
    repeats?: {
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
      /** Each of them, in their order. */
      runs: {
        /** Unique; sorts by time. */
        id: string;
        /** When it was started, ISO 8601 in UTC. */
        startedAt: string;
        /** From start to end. */
        durationMs: number;
        /** Whether it ended well and wrote what it was to write. */
        isGood: boolean;
        /** How the command ended. */
        exit: NonNullable<Result['exit']>;
        /** Its peak. */
        peak?: {
          /** The most memory that the command needed at any instant. */
          bytes: number;
          /** What was counted. unique: every page that a process of the tree has, once. rss: resident memory, where a page counts in each process that has it. pss: proportional memory, where each process has its share of a page that several have, also several outside of the tree. footprint and commit: what other operating systems count. Peaks of different metrics cannot be compared. */
          metric: 'unique' | 'rss' | 'pss' | 'footprint' | 'commit';
          /** Who made it up, the largest first. */
          rollup: {
            /** Name that processes share. */
            name: string;
            /** How many. */
            count: number;
            /** Their memory together. */
            bytes: number;
          }[];
        };
        /** The kernel's own peak of its group. */
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
      }[];
    };
  };
  /** What went wrong and did not stop the run. */
  warnings: {
    /** For programs. */
    code: string;
    /** For people. */
    message: string;
  }[];
}
