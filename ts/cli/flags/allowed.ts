/** Reads a flag's value by a rule that programs are held to as well. */
import type { Rule } from '../../tracker/rules.js';
import { UsageError } from '../usage-error.js';

/** @throws UsageError that says what the value must be */
export function allowed<T>(value: T, rule: Rule): T {
  const problem = rule(value);
  if (problem !== undefined) throw new UsageError(problem);
  return value;
}
