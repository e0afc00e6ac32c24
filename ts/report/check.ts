/** One line of what `memtop doctor` finds. */

/** `ok`: as good as it gets. `limited`: it works, and something is lost. `missing`: it does not. */
export type State = 'ok' | 'limited' | 'missing';

export interface Check {
  /** For programs. */
  readonly id: string;
  readonly state: State;
  /** What was looked at. */
  readonly subject: string;
  /** What was found. */
  readonly fact: string;
  /** What to do about it, in one sentence, where something can be done. */
  readonly advice?: string;
}

/** A check with its advice left out where there is none. */
export function check(
  id: string,
  subject: string,
  state: State,
  fact: string,
  advice?: string | undefined,
): Check {
  return { id, state, subject, fact, ...(advice !== undefined && { advice }) };
}
