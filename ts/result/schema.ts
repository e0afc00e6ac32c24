/**
 * The result of a run: the one schema that types, file formats and docs come from.
 *
 * A measure that is missing is absent, never 0. Readers accept keys that they do not know; a
 * changed meaning needs a new schema number.
 */
import * as z from 'zod/mini';
import { resultSchemaName } from './name.js';
import { bench } from './schema/bench.js';
import { described, text } from './schema/described.js';
import { exit } from './schema/exit.js';
import { heapSummary } from './schema/heap.js';
import { cgroup, guard, oom } from './schema/limits.js';
import { peak } from './schema/peak.js';
import { largestProcess, processes, survivors } from './schema/processes.js';
import { run } from './schema/run.js';
import { missing, sampling, warnings } from './schema/sampling.js';
import { stages, tasks } from './schema/tasks.js';
import { programs, timeline } from './schema/timeline.js';

export const resultSchema = z.looseObject({
  schema: described(z.literal(resultSchemaName), 'Name and number of this schema.'),
  memtopVersion: text('The version of memtop that wrote it.'),
  run,
  exit,
  peak: z.exactOptional(peak),
  largestProcess: z.exactOptional(largestProcess),
  cgroup: z.exactOptional(cgroup),
  processes: z.exactOptional(processes),
  sampling,
  guard: z.exactOptional(guard),
  oom: z.exactOptional(oom),
  heap: z.exactOptional(heapSummary),
  survivors: z.exactOptional(survivors),
  timeline: z.exactOptional(timeline),
  programs: z.exactOptional(programs),
  tasks: z.exactOptional(tasks),
  stages: z.exactOptional(stages),
  missing: z.exactOptional(missing),
  bench: z.exactOptional(bench),
  warnings,
});
