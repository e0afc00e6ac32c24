/** The ways of calling memtop under which every command must behave as it does alone. */
export type Way = readonly string[];

export const ways: readonly Way[] = [[], ['--trace', 'off', '--cgroup', 'off']];

/** For what a person does at a terminal that the command has as its own. */
export const waysOnSameTerminal: readonly Way[] = [...ways, ['--ui', 'inline']];

/** For what a person does at a terminal. */
export const waysAtTerminal: readonly Way[] = [...waysOnSameTerminal, ['--pty', 'on']];

/** Whether a way says this, as in `says(way, '--pty', 'on')`. */
export function says(way: Way, flag: string, value: string): boolean {
  return way.some((word, index) => word === flag && way[index + 1] === value);
}
