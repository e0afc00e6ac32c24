/** Lines that GitHub Actions interprets as commands, such as `::add-mask::secret`. */

const longestName = 64;

/**
 * Whether it is a command that only works without a prefix. Commands for groups are left out: a
 * group would include the lines of other tasks.
 */
export function isWorkflowCommand(line: Uint8Array): boolean {
  const start = Buffer.from(line.subarray(0, longestName)).toString('latin1');
  const [, name] = /^\s*::([a-z-]+)(?: |::)/.exec(start) ?? [];
  return name !== undefined && name !== 'group' && name !== 'endgroup';
}
