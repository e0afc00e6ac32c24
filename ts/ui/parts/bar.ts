/** A bar for a share. */

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export function bar(share: number, columns: number, isAscii: boolean): string {
  const filled = Math.min(1, Math.max(0, share)) * columns;
  const whole = Math.floor(filled);
  if (isAscii) return `[${'#'.repeat(whole)}${'.'.repeat(columns - whole)}]`;
  const part = eighths[Math.floor((filled - whole) * eighths.length)] ?? '';
  const line = '█'.repeat(whole) + part;
  return line + '░'.repeat(columns - whole - (part === '' ? 0 : 1));
}
