/** Lines that GitHub Actions takes for commands, such as `::add-mask::secret`. */

const longestName = 64;

/**
 * Whether it does something only where it stands alone. A group does not: the lines of other tasks
 * would be in it.
 */
export function isWorkflowCommand(line: Uint8Array): boolean {
  const start = Buffer.from(line.subarray(0, longestName)).toString('latin1');
  const [, name] = /^\s*::([a-z-]+)(?: |::)/.exec(start) ?? [];
  return name !== undefined && name !== 'group' && name !== 'endgroup';
}
