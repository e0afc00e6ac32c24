/** A finding of `memtop doctor`. */

/** `ok`: nothing to improve. `limited`: works in part. `missing`: does not work. */
export type CheckState = 'ok' | 'limited' | 'missing';

export interface Check {
  /** For programs. */
  readonly id: string;
  readonly state: CheckState;
  /** What was checked. */
  readonly subject: string;
  /** What was found. */
  readonly fact: string;
  /** What to do about it, in one sentence, if anything can be done. */
  readonly advice?: string;
}

/** A check with its advice left out where there is none. */
export function check(
  id: string,
  subject: string,
  state: CheckState,
  fact: string,
  advice?: string | undefined,
): Check {
  return { id, state, subject, fact, ...(advice !== undefined && { advice }) };
}
