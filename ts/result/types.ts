/** The result of a run. Generated from schema.ts by `npm run generate`. */
export interface Result {
  /** Name and number of this schema. */
  schema: 'memtop.result/1';
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
    /** Exit code; null when a signal ended the command. */
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
    /** The peak: the highest sum over the whole tree. */
    bytes: number;
    /** What was summed: pss counts shared pages once in all; rss counts them in each process, and is what is used where hardly any are shared. */
    metric: 'rss' | 'pss';
    /** How it was found: traced, with every process seen from start to end; scanned at intervals; kernel when one process alone was larger than any sum that was sampled, by what the kernel remembers. */
    method: 'traced' | 'scanned' | 'kernel';
    /** When the highest sum was sampled, from the start of the run. */
    atMs: number;
    /** Sum of resident memory at that instant. */
    rssBytes: number;
    /** Sum of proportional memory at that instant. */
    pssBytes?: number;
    /** The highest sum of resident memory at any instant. */
    highestRssBytes: number;
    /** The true peak is not lower than this. */
    lowerBytes: number;
    /** The true peak is not higher than this; absent when that is not known. */
    upperBytes?: number;
    /** Processes that had memory at that instant. */
    processCount: number;
    /** Those processes, the largest first. */
    processes: {
      /** Process id. */
      pid: number;
      /** When it was first seen, from the start of the run. */
      startedAtMs: number;
      /** The operating system's short name for it. */
      name: string;
      /** Its arguments, the program first; long ones are cut. */
      command: string[];
      /** Its resident memory at the peak. */
      rssBytes: number;
      /** Its proportional memory at the peak; there when the peak is measured in it. */
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
  };
  /** The process that was the largest at any instant. */
  largestProcess?: {
    /** Process id. */
    pid: number;
    /** The operating system's short name for it. */
    name: string;
    /** Its arguments, the program first; long ones are cut. */
    command: string[];
    /** Its own highest resident memory. */
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
    /** Readings of proportional memory. */
    pssReads?: number;
    /** Processes that would not let it be read; they count with their resident memory. */
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
  /** Processes of the tree that were still there when the command had ended. */
  survivors?: {
    /** Process id. */
    pid: number;
    /** The operating system's short name for it. */
    name: string;
    /** Its arguments, the program first; long ones are cut. */
    command: string[];
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
  /** The named parts, each with its own processes; times count from the start of each. */
  tasks?: {
    /** Its name. */
    id: string;
    /** Who named it: a program. */
    source: 'api';
    /** Whether its process was still there when measuring it ended. */
    status: 'running' | 'ended';
    /** How the command ended. */
    exit?: {
      /** Exit code; null when a signal ended the command. */
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
    /** From the start of measuring it to the end of that. */
    durationMs: number;
    /** The highest instant and who made it up. */
    peak?: {
      /** The peak: the highest sum over the whole tree. */
      bytes: number;
      /** What was summed: pss counts shared pages once in all; rss counts them in each process, and is what is used where hardly any are shared. */
      metric: 'rss' | 'pss';
      /** How it was found: traced, with every process seen from start to end; scanned at intervals; kernel when one process alone was larger than any sum that was sampled, by what the kernel remembers. */
      method: 'traced' | 'scanned' | 'kernel';
      /** When the highest sum was sampled, from the start of the run. */
      atMs: number;
      /** Sum of resident memory at that instant. */
      rssBytes: number;
      /** Sum of proportional memory at that instant. */
      pssBytes?: number;
      /** The highest sum of resident memory at any instant. */
      highestRssBytes: number;
      /** The true peak is not lower than this. */
      lowerBytes: number;
      /** The true peak is not higher than this; absent when that is not known. */
      upperBytes?: number;
      /** Processes that had memory at that instant. */
      processCount: number;
      /** Those processes, the largest first. */
      processes: {
        /** Process id. */
        pid: number;
        /** When it was first seen, from the start of the run. */
        startedAtMs: number;
        /** The operating system's short name for it. */
        name: string;
        /** Its arguments, the program first; long ones are cut. */
        command: string[];
        /** Its resident memory at the peak. */
        rssBytes: number;
        /** Its proportional memory at the peak; there when the peak is measured in it. */
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
    };
    /** Processes that were seen in its tree. */
    processCount: number;
    /** The course of the sum. Its highest point is the peak that was sampled. */
    timeline?: {
      /** When, from the start of the run; rising. */
      atMs: number[];
      /** The sum at that time, the highest of its stretch. */
      bytes: number[];
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
    /** What went wrong and did not stop the run. */
    warnings?: {
      /** For programs. */
      code: string;
      /** For people. */
      message: string;
    }[];
  }[];
  /** Why a measure is absent. */
  missing?: {
    /** Why there is no group. */
    cgroup?: string;
    /** Why the peak has no upper bound. */
    upperBytes?: string;
  };
  /** What went wrong and did not stop the run. */
  warnings: {
    /** For programs. */
    code: string;
    /** For people. */
    message: string;
  }[];
}
