/** Clears, runs and verifies as often as requested; the result is written after each run. */
import { hasFailed } from '../result/failed.js';
import type { BenchContainer, BenchOutcome, Cleared, Result, Verified } from '../result/types.js';
import type { Artifacts } from './artifacts.js';
import { type Clearing, clearingOf } from './clear.js';
import { headlineOf } from './headline.js';
import { nativeModuleHint } from './native-module.js';
import { middleOf, repeatsOf } from './repeats.js';
import { isVerified, verified, type Wanted } from './verify.js';

/** The outcome of one run. */
export interface Attempted {
  readonly result: Result;
  /** Memory of the run's group before the command started. */
  readonly baselineBytes?: number | undefined;
  readonly container?: BenchContainer | undefined;
}

/** Runs the command once; `complete` makes the result that is recorded. */
export type Attempt = (complete: (attempted: Attempted) => Result) => Promise<Result>;

export interface BenchPlan {
  /** The base of the paths to clear. */
  readonly folder: string;
  readonly clear: readonly string[];
  readonly verify: readonly Wanted[];
  /** An incremental build may leave outputs untouched. */
  readonly isIncremental: boolean;
  readonly runs: number;
  readonly warmups: number;
  readonly artifacts: Artifacts;
  readonly attempt: Attempt;
}

interface Round {
  /** From 1; warm-ups are counted separately. */
  readonly number: number;
  readonly count: number;
  readonly isWarmup: boolean;
}

export interface BenchListener {
  /** Called before anything is removed. */
  clears(found: readonly Cleared[]): void;
  starts(round: Round): void;
  ended(round: Round, result: Result, leftMs: number): void;
  /** Whether the bench should end after this run. */
  isInterrupted(): boolean;
}

/**
 * Stops at the first run that fails.
 *
 * @throws ClearRefused before anything is removed
 */
export async function bench(plan: BenchPlan, listener: BenchListener): Promise<Result> {
  const rounds = roundsOf(plan);
  const kept: Result[] = [];
  for (const [place, round] of rounds.entries()) {
    const clearing = clearingBefore(plan);
    if (clearing && clearing.found.length > 0) {
      listener.clears(clearing.found);
      clearing.run();
    }
    listener.starts(round);
    plan.artifacts.timelines.begin();
    const since = plan.artifacts.now();
    const result = await plan.attempt((attempted) =>
      withBench(attempted, verified(plan.verify, since), clearing?.found ?? [], plan),
    );
    const isOver = result.bench?.outcome !== 'ok' || listener.isInterrupted();
    if (!round.isWarmup || isOver) {
      kept.push(result);
      plan.artifacts.timelines.end(result.run.id);
      plan.artifacts.write(combined(kept, plan));
    }
    listener.ended(round, result, result.run.durationMs * (rounds.length - place - 1));
    if (isOver) break;
  }
  const result = combined(kept, plan);
  if (!listener.isInterrupted() || kept.length === plan.runs || !result.bench) return result;
  const interrupted: Result = { ...result, bench: { ...result.bench, outcome: 'interrupted' } };
  plan.artifacts.write(interrupted);
  return interrupted;
}

function roundsOf({ runs, warmups }: BenchPlan): Round[] {
  const rounds = (count: number, isWarmup: boolean) =>
    Array.from({ length: count }, (_, place) => ({ number: place + 1, count, isWarmup }));
  return [...rounds(warmups, true), ...rounds(runs, false)];
}

function clearingBefore({ clear, folder, artifacts }: BenchPlan): Clearing | undefined {
  if (clear.length === 0) return undefined;
  return clearingOf(clear, { folder, kept: [artifacts.folder] });
}

function withBench(
  { result, baselineBytes, container }: Attempted,
  verify: readonly Verified[],
  cleared: readonly Cleared[],
  { isIncremental, artifacts }: BenchPlan,
): Result {
  const accepted = isIncremental ? verify.map(leftAlone) : verify;
  const headline = headlineOf(result, baselineBytes);
  const outcome = outcomeOf(result, accepted);
  const image = container && (container.image ?? container.rootfs);
  const hint = outcome === 'ok' ? undefined : nativeModuleHint(artifacts.tail(), image);
  return {
    ...result,
    bench: {
      outcome,
      ...(headline && { headline }),
      verify: [...verify],
      cleared: [...cleared],
      logFile: artifacts.logFile,
      ...(hint !== undefined && { hint }),
      ...(container && { container }),
    },
  };
}

function leftAlone(one: Verified): Verified {
  return one.state === 'stale' ? { ...one, isRequired: false } : one;
}

const interrupting = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Exit codes of shells and npm for those signals. */
const interruptedCodes = [129, 130, 143];

function outcomeOf(result: Result, verify: readonly Verified[]): BenchOutcome {
  const { cause, code, signal } = result.exit;
  const isOwn = cause === 'exit' || cause === 'signal';
  const isSignal = interrupting.includes(signal ?? '') || interruptedCodes.includes(code ?? 0);
  if (cause === 'aborted' || (isOwn && isSignal)) return 'interrupted';
  if (hasFailed(result)) return 'command-failed';
  return isVerified(verify) ? 'ok' : 'verification-failed';
}

/** The median run with the figures of all runs; a failed run as it is. */
function combined(results: readonly Result[], { runs, warmups }: BenchPlan): Result {
  const last = results.at(-1);
  const shown = last?.bench?.outcome === 'ok' ? middleOf(results) : (last ?? middleOf(results));
  if (runs === 1 || !shown.bench) return shown;
  return { ...shown, bench: { ...shown.bench, repeats: repeatsOf(results, warmups) } };
}
