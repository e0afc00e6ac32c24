/** Runs a command, measured where that is possible, and makes its result. */
import { AddonUnavailable } from '../errors.js';
import { loadAddon } from '../native/load.js';
import type { Result } from '../result/types.js';
import {
  checked,
  command as commandSchema,
  defaultIntervalMs,
  runOptions,
} from './checked-options.js';
import { describeHost } from './host.js';
import { runMeasured, type Start } from './measured.js';
import type { RunOptions } from './options.js';
import { buildResult } from './result.js';
import { newRunId } from './run-id.js';

/** @throws InvalidOption */
export async function execute(
  command: readonly (string | Uint8Array)[],
  options: RunOptions,
  { forwardSignals }: Pick<Start, 'forwardSignals'>,
): Promise<Result> {
  const words = checked(commandSchema, command, 'command');
  const { label, intervalMs = defaultIntervalMs, cwd, env } = checked(runOptions, options);
  const start: Start = {
    command: words,
    intervalMs,
    forwardSignals,
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
      command: words.map((word) =>
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
