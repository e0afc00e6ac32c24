/** Sizes of memory as people write them, for the command line and for programs. */

/** Bytes, or a percentage of the memory that the run can have, which depends on the machine. */
export type Size = number | { readonly percent: number };

const units: Readonly<Record<string, number>> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/**
 * `500M`, `1.5G`, `2GiB`, `80%` or bytes. Base 1024, whichever way the unit is spelled. Undefined
 * for anything else and for 0.
 */
export function parseSize(text: string): Size | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(%|[KMGT]i?B?|B)?$/i.exec(text) ?? [];
  if (unit === '%') return percentage(Number(number));
  const factor = units[unit.charAt(0).toUpperCase()];
  if (factor === undefined) return number.includes('.') ? undefined : wholeBytes(Number(number));
  return wholeBytes(Number(number) * factor);
}

/** The same for programs: bytes as a number, or such a text. */
export function sizeOf(value: unknown): Size | undefined {
  if (typeof value === 'string') return parseSize(value);
  return typeof value === 'number' && Number.isInteger(value) ? wholeBytes(value) : undefined;
}

/**
 * Whether `one` is certainly more than `other`. A percentage and a number of bytes cannot be
 * compared before the run.
 */
export function isAbove(one: Size, other: Size): boolean {
  if (typeof one === 'number') return typeof other === 'number' && one > other;
  return typeof other !== 'number' && one.percent > other.percent;
}

function percentage(percent: number): Size | undefined {
  return percent > 0 && percent <= 100 ? { percent } : undefined;
}

function wholeBytes(bytes: number): number | undefined {
  const whole = Math.round(bytes);
  return whole > 0 && Number.isSafeInteger(whole) ? whole : undefined;
}
