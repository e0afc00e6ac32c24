/** Makes the result of a run. */
import type {
  LargestProcessRecord,
  SamplingRecord,
  SnapshotRecord,
  TrackingRecord,
} from '../../native/addon.js';
import { packageVersion } from '../../package.js';
import { endingOf, endingText, isCutShort } from '../../report/ending.js';
import { programName } from '../../report/process-name.js';
import { resultSchemaName } from '../../result/name.js';
import type { LargestProcess, Peak, Result, Run, Sampling, Warning } from '../../result/types.js';
import type { Measured, Outcome } from '../native/outcome.js';
import { foundStages, foundTasks } from './found.js';
import { method, peakWithTasks } from './peak.js';
import { rounded } from './rounded.js';

export interface RunFacts extends Omit<Run, 'endedAt' | 'durationMs'> {}

export function buildResult(run: RunFacts, outcome: Outcome): Result {
  const { measured, process, guard, oom, survivors, tasks } = outcome;
  const endedAt = new Date(Date.parse(run.startedAt) + outcome.durationMs).toISOString();
  const result: Result = {
    schema: resultSchemaName,
    memtopVersion: packageVersion,
    run: { ...run, ...(process && { process }), endedAt, durationMs: rounded(outcome.durationMs) },
    exit: outcome.exit,
    ...('unavailable' in measured
      ? { sampling: { method: 'unavailable', fallbackReason: measured.unavailable } }
      : measures(measured, outcome.durationMs)),
    ...(guard && { guard }),
    ...(oom && { oom }),
    ...(survivors && { survivors }),
    ...(tasks && { tasks }),
    warnings: warnings(outcome),
  };
  const ending = isCutShort(result) ? endingOf(result) : undefined;
  return ending ? { ...result, exit: { ...result.exit, message: endingText(ending) } } : result;
}

function measures(
  measured: Measured,
  durationMs: number,
): Pick<Result, 'sampling'> & Partial<Result> {
  const { tree, group } = measured;
  const { seen, unmeasured, maxAlive, largest } = tree;
  const peak = tree.peak && peakWithTasks(tree.peak, measured);
  return {
    ...(peak && { peak }),
    ...(largest && { largestProcess: largestProcess(largest, measured, peak) }),
    ...(group && { cgroup: group }),
    processes: { seen, unmeasured, maxAlive },
    sampling: samplingOf(measured),
    timeline: tree.timeline,
    ...foundIn(measured, durationMs),
    ...missing(measured),
  };
}

function largestProcess(
  { pid, name, command, bytes }: LargestProcessRecord,
  measured: Measured,
  peak: Peak | undefined,
): LargestProcess {
  // Proportional memory counts a part of shared pages only.
  const most = Math.min(bytes, peak?.bytes ?? bytes);
  return { pid, name, command, bytes: most, method: method(measured) };
}

function foundIn(
  measured: Measured,
  durationMs: number,
): Pick<Result, 'tasks' | 'stages' | 'programs'> {
  const [tasks, stages] = [foundTasks(measured, durationMs), foundStages(measured)];
  const programs = (measured.found?.programs ?? []).map(({ name, ...program }) => ({
    name: programName({ name, command: [] }),
    ...program,
  }));
  return {
    ...(programs.length > 0 && { programs }),
    ...(tasks.length > 0 && { tasks }),
    ...(stages.length > 0 && { stages }),
  };
}

function missing(measured: Measured): Pick<Result, 'missing'> {
  const { noGroupBecause, ceilingBytes } = measured;
  const reasons = {
    ...(noGroupBecause !== undefined && { cgroup: noGroupBecause }),
    ...(ceilingBytes === undefined && {
      upperBytes: 'processes ended between samples, and how large they were is unknown',
    }),
  };
  return Object.keys(reasons).length > 0 ? { missing: reasons } : {};
}

/** How the run was sampled; without `measured`, so far. */
function samplingOf(measured: Measured): Sampling {
  return {
    method: method(measured),
    ...(measured.tracking && trackingOf(measured.tracking)),
    ...counted(measured.sampling),
  };
}

function trackingOf({
  by,
  because,
  stops,
  released,
  losses,
}: TrackingRecord): Omit<Sampling, 'method'> {
  return {
    tracking: by,
    ...(stops > 0 && { tracedStops: stops }),
    ...(released > 0 && { released }),
    ...(losses > 0 && { lostEvents: losses }),
    ...(because !== undefined && { fallbackReason: because }),
  };
}

/** While the command runs, what is known only at its end is absent. */
export function samplingSoFar({
  sampling,
  tree,
}: Pick<SnapshotRecord, 'sampling' | 'tree'>): Sampling {
  const isTraced = sampling.birthsAreReported && tree.found === 0;
  return { method: isTraced ? 'traced' : 'scanned', ...counted(sampling) };
}

function counted(record: SamplingRecord): Omit<Sampling, 'method'> {
  return {
    intervalMs: record.intervalMs,
    ticks: record.ticks,
    ...(record.medianGapMs !== undefined && { medianGapMs: rounded(record.medianGapMs) }),
    ...(record.maxGapMs !== undefined && { maxGapMs: rounded(record.maxGapMs) }),
    cpuMs: rounded(record.cpuMs),
    pssReads: record.pssReads,
    ...(record.pssRefused > 0 && { pssRefused: record.pssRefused }),
  };
}

function warnings({ measured, remarks, exit }: Outcome): Warning[] {
  const found = remarks.map(asWarning);
  if ('unavailable' in measured) {
    if (exit.cause !== 'not-started') {
      found.push({ code: 'unmeasured', message: `nothing was measured: ${measured.unavailable}` });
    }
    return found;
  }
  found.push(...samplingWarnings(measured.sampling));
  const escaped = measured.group?.escaped ?? 0;
  if (escaped > 0) {
    found.push({
      code: 'escaped',
      message: `${escaped} processes left the control group of the run; its peak lacks them`,
    });
  }
  return found;
}

export function asWarning(remark: string): Warning {
  return { code: 'remark', message: remark };
}

export function samplingWarnings(record: SamplingRecord): Warning[] {
  const { withoutDescriptor } = record;
  const trouble = samplingTrouble(record);
  return [
    ...(trouble ? [trouble] : []),
    ...(withoutDescriptor > 0
      ? [
          {
            code: 'open-files',
            message:
              `the limit of open files (ulimit -n) made sampling slower: ${withoutDescriptor} ` +
              'processes had no descriptor kept for them',
          },
        ]
      : []),
  ];
}

function samplingTrouble(record: SamplingRecord): Warning | undefined {
  const { failures, firstFailure, slowedDown, gaveUp } = record;
  const why =
    failures > 0 ? `${failures} samples failed: ${firstFailure}` : 'samples took too long';
  if (gaveUp) return { code: 'sampling-ended', message: `sampling was given up: ${why}` };
  if (slowedDown) return { code: 'sampling-slowed', message: `sampling was slowed down: ${why}` };
  return failures > 0 ? { code: 'samples-failed', message: why } : undefined;
}
