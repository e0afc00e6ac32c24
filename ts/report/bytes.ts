/** Sizes as people read them. */

const units = ['B', 'KB', 'MB', 'GB'] as const;

/** Base 1024, at most one decimal, and none when it is .0: `512MB`, `1.4GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // Rounded first, so that 1023.97 MB reads 1GB and not 1024MB.
  while (oneDecimal(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${oneDecimal(value)}${units[unit]}`;
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}
