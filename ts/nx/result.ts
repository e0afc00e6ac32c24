/** Makes the result of a run of Nx. */
import { packageVersion } from '../package.js';
import { resultSchemaName } from '../result/name.js';
import type { Result, Warning } from '../result/types.js';
import { identityFromTicks } from '../tracker/native/process-identity.js';
import { describeHost } from '../tracker/result/host.js';
import { newRunId } from '../tracker/result/run-id.js';
import type { Client } from './client.js';
import type { RunContext } from './context.js';
import type { MeasuredTree } from './measure.js';
import { tasksOf } from './tasks.js';

/** `measured` may be the reason why nothing was measured. */
export function nxResult(
  context: RunContext,
  { pid, startTicks, command }: Client,
  measured: MeasuredTree | string,
): Result {
  const { startTime = Date.now(), endTime = startTime, workspaceRoot } = context;
  const seen = typeof measured === 'string' ? { warnings: unmeasured(measured) } : measured;
  const { warnings = [] } = seen;
  return {
    schema: resultSchemaName,
    memtopVersion: packageVersion,
    run: {
      id: newRunId(new Date(startTime)),
      command: [...command],
      cwd: workspaceRoot,
      process: identityFromTicks(pid, startTicks),
      startedAt: new Date(startTime).toISOString(),
      endedAt: new Date(endTime).toISOString(),
      durationMs: endTime - startTime,
      host: describeHost(),
    },
    // Nx is still running after its tasks, and does not notify plugins of how it ends.
    exit: { code: null, signal: null, cause: 'unknown' },
    ...(typeof measured === 'string'
      ? { sampling: { method: 'unavailable', fallbackReason: measured } }
      : measures(measured)),
    tasks: tasksOf(context, typeof measured === 'string' ? {} : measured),
    warnings,
  };
}

function measures({ peak, timeline }: MeasuredTree): Pick<Result, 'sampling'> & Partial<Result> {
  return {
    ...(peak && { peak }),
    sampling: { method: peak?.method === 'traced' ? 'traced' : 'scanned' },
    ...(timeline && { timeline }),
  };
}

function unmeasured(reason: string): Warning[] {
  return [{ code: 'unmeasured', message: `nothing was measured: ${reason}` }];
}
