/** The ways of calling memtop under which every command must behave as it does alone. */
export type Way = readonly string[];

export const ways: readonly Way[] = [[], ['--trace', 'off', '--cgroup', 'off']];

/** For use at a terminal that belongs to the command alone. */
export const waysOnSameTerminal: readonly Way[] = [...ways, ['--ui', 'inline']];

/** For use at a terminal. */
export const waysAtTerminal: readonly Way[] = [...waysOnSameTerminal, ['--pty', 'on']];
