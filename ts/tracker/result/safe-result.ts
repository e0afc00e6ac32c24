/** The result of a run, whatever was measured of it. */
import { messageOf } from '../../errors.js';
import type { Result } from '../../result/types.js';
import type { Outcome } from '../native/outcome.js';
import { buildResult, type RunFacts } from './result.js';

/** Measurements that cannot be read take nothing from how the command ended. */
export function safeResult(facts: RunFacts, outcome: Outcome): Result {
  try {
    return buildResult(facts, outcome);
  } catch (error) {
    const { exit, durationMs, remarks } = outcome;
    return buildResult(facts, {
      exit,
      durationMs,
      remarks,
      measured: { unavailable: messageOf(error) },
    });
  }
}
