/** What is compared between runs. */
import type { Result, RunMeasures } from '../result/types.js';

/** One for each run of a result: several where the command was repeated. */
export function measuresOf(result: Result): readonly RunMeasures[] {
  return result.bench?.repeats?.runs ?? [measuresOfOne(result)];
}

export function measuresOfOne({
  run,
  exit,
  peak,
  cgroup,
  tasks,
  stages,
  bench,
}: Result): RunMeasures {
  return {
    id: run.id,
    startedAt: run.startedAt,
    durationMs: run.durationMs,
    isGood: bench ? bench.outcome === 'ok' : exit.cause === 'exit' && exit.code === 0,
    exit,
    ...(peak && { peak: { bytes: peak.bytes, metric: peak.metric, rollup: peak.rollup } }),
    ...(cgroup?.peakBytes !== undefined && { kernelPeakBytes: cgroup.peakBytes }),
    tasks: (tasks ?? []).flatMap(({ id, peak }) => (peak ? [{ id, peakBytes: peak.bytes }] : [])),
    stages: (stages ?? []).flatMap(({ name, peakBytes }) =>
      peakBytes === undefined ? [] : [{ name, peakBytes }],
    ),
  };
}

/** All runs of several results, each once. */
export function measuresOfAll(results: readonly Result[]): readonly RunMeasures[] {
  const byId = new Map(results.flatMap(measuresOf).map((measures) => [measures.id, measures]));
  return [...byId.values()];
}
