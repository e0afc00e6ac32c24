/** Describes the instant at which the guard ended a run. */
import type { AlarmRecord } from '../../native/addon.js';
import type { Crash } from '../../report/crash/crash.js';
import { type CrashFiles, guardMessages } from '../../report/crash/messages.js';
import { writeCrashFiles } from './crash-files.js';
import { type RunFacts, samplingSoFar } from './result.js';

/** The name of the one task of a run without named tasks. */
const onlyTask = 'run';

export interface KeptCrash {
  /** Empty where `folder` is false. */
  files: CrashFiles;
  /** For standard error. */
  messages: readonly string[];
}

export function keepCrash(
  alarm: AlarmRecord,
  facts: RunFacts,
  graceMs: number,
  folder: string | false | undefined,
  task?: string,
): KeptCrash {
  const crash = crashOf(alarm, facts, graceMs, task);
  const files = folder === false ? undefined : writeCrashFiles(crash, folder);
  return { files: files ?? {}, messages: guardMessages(crash, files) };
}

function crashOf(alarm: AlarmRecord, facts: RunFacts, graceMs: number, named?: string): Crash {
  const task = named ?? onlyTask;
  const { bytes, thresholdBytes, room, snapshot } = alarm;
  const { tree, living = [] } = snapshot ?? {};
  return {
    at: new Date(),
    reason: room ? 'machine' : 'limit',
    bytes,
    ...(thresholdBytes !== undefined && { limitBytes: thresholdBytes }),
    run: facts,
    task,
    ...(named !== undefined && { endsTaskAlone: true }),
    processes: living.map(({ pid, parentPid, name, command, bytes, rssBytes, startedAtMs }) => ({
      pid,
      parentPid,
      name,
      command,
      task,
      bytes,
      rssBytes,
      startedAtMs,
    })),
    timeline: tree?.timeline ?? { atMs: [], bytes: [] },
    sampling: snapshot ? samplingSoFar(snapshot) : { method: 'unavailable' },
    memory: {
      currentBytes: bytes,
      peakBytes: Math.max(bytes, tree?.peak?.bytes ?? 0),
      machineTotalBytes: room?.totalBytes ?? facts.host.memoryBytes,
      ...(room && { machineAvailableBytes: room.availableBytes }),
      ...(room?.group !== undefined && { limitedBy: room.group }),
    },
    graceMs,
  };
}
