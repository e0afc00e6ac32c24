/** Runs a command and measures its whole tree. */
import { AddonUnavailable } from '../errors.js';
import { loadAddon } from '../native/load.js';
import type { Result } from '../result/types.js';
import { describeHost } from './host.js';
import { runMeasured, type Start } from './measured.js';
import {
  checked,
  command as commandSchema,
  defaultIntervalMs,
  type RunOptions,
  runOptions,
} from './options.js';
import { buildResult } from './result.js';
import { newRunId } from './run-id.js';
import { runUnmeasured } from './unmeasured.js';

/**
 * Runs a command with this program's own standard streams and measures it and everything that it
 * starts.
 *
 * The promise resolves when the command has ended, however it ended: `result.exit` tells. Without
 * the addon the command runs all the same and `result.sampling.method` is `unavailable`.
 *
 * @param command The program and its arguments; bytes where an argument is not UTF-8.
 * @throws InvalidOption
 */
export async function run(
  command: readonly (string | Uint8Array)[],
  options: RunOptions = {},
): Promise<Result> {
  return runWith(command, options, { forwardSignals: false });
}

/** The same for a program that stands in for the command, as the command line does. */
export async function runWith(
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
    if (error instanceof AddonUnavailable) return runUnmeasured(start, error.message);
    throw error;
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
