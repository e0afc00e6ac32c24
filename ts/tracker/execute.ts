/** Runs a command, measured where that is possible, and makes its result. */
import { AddonUnavailable } from '../errors.js';
import { loadAddon } from '../native/load.js';
import type { Result } from '../result/types.js';
import { describeHost } from './host.js';
import { runMeasured, type Start } from './measured.js';
import { buildResult } from './result.js';
import type { CgroupUse, Metric, PtyUse, SurvivorUse, TraceUse } from './rules.js';
import { newRunId } from './run-id.js';
import type { Size } from './size.js';

/** What a run may be told, once it is checked: by the flags of the command line or by schemas. */
interface CheckedOptions {
  label?: string | undefined;
  intervalMs?: number | undefined;
  metric?: Metric | undefined;
  cgroup?: CgroupUse | undefined;
  trace?: TraceUse | undefined;
  warn?: Size | undefined;
  limit?: Size | undefined;
  guard?: boolean | undefined;
  timeoutMs?: number | undefined;
  graceMs?: number | undefined;
  survivors?: SurvivorUse | undefined;
  pty?: PtyUse | undefined;
  cwd?: string | undefined;
  env?: Record<string, string | undefined> | undefined;
}

/**
 * @throws InvalidOption for what only the addon finds, such as a folder that is not there
 */
export async function execute(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  { standsIn, ownDescriptors }: Pick<Start, 'standsIn' | 'ownDescriptors'>,
): Promise<Result> {
  const { label, intervalMs, metric, cgroup, cwd, env } = options;
  const start: Start = {
    command,
    standsIn,
    ownDescriptors,
    ...(intervalMs !== undefined && { intervalMs }),
    ...(metric !== undefined && { metric }),
    ...(cgroup !== undefined && { cgroup }),
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env: definedOnly(env) }),
  };
  const startedAt = new Date();
  const outcome = await runSomehow(start);
  const workingDirectory = cwd ?? currentDirectory();
  return buildResult(
    {
      id: newRunId(startedAt),
      ...(label !== undefined && { label }),
      command: command.map((word) =>
        typeof word === 'string' ? word : Buffer.from(word).toString(),
      ),
      ...(workingDirectory !== undefined && { cwd: workingDirectory }),
      startedAt: startedAt.toISOString(),
      host: describeHost(),
    },
    outcome,
  );
}

async function runSomehow(start: Start) {
  try {
    return await runMeasured(loadAddon(), start);
  } catch (error) {
    if (!(error instanceof AddonUnavailable)) throw error;
    const { runUnmeasured } = await import('./unmeasured.js');
    return runUnmeasured(start, error.message);
  }
}

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Undefined where the directory has been removed. */
function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
