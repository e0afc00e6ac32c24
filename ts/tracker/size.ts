/** Amounts of memory as people write them, for the command line and for programs. */

/** Bytes, or a share of what the run can have, which only the machine it runs on can tell. */
export type Size = number | { readonly percent: number };

const units: Readonly<Record<string, number>> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/**
 * `500M`, `1.5G`, `2GiB`, `80%` or bytes. Base 1024, whichever way the unit is spelled. Undefined
 * for anything else, and for nothing at all: 0 is no size.
 */
export function parseSize(text: string): Size | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(%|[KMGT]i?B?|B)?$/i.exec(text) ?? [];
  if (unit === '%') return percentage(Number(number));
  const factor = units[unit.charAt(0).toUpperCase()];
  if (factor === undefined) return number.includes('.') ? undefined : wholeBytes(Number(number));
  return wholeBytes(Number(number) * factor);
}

/** The same from what a program passes: bytes as a number, or such a text. */
export function sizeOf(value: unknown): Size | undefined {
  if (typeof value === 'string') return parseSize(value);
  return typeof value === 'number' && Number.isInteger(value) ? wholeBytes(value) : undefined;
}

/**
 * Whether one is certainly more than the other. A share and a number of bytes can only be compared
 * where it is known what they are a share of.
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
