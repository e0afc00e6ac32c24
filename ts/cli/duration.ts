/** Durations on the command line. */

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const form = /^((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(ms|s|m|h|d|w)?$/i;

/** `500ms`, `2s`, `1.5m`, `1h`, `30d`, `2w` or 0 in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return durationOf(text, undefined);
}

/** The same, with seconds where there is no unit, as timeout(1) reads it. */
export function parseTimeout(text: string): number | undefined {
  return durationOf(text, 's');
}

function durationOf(text: string, otherwise: string | undefined): number | undefined {
  const [, number, unit = otherwise] = form.exec(text) ?? [];
  if (number === undefined) return undefined;
  const value = Number(number);
  if (value === 0) return 0;
  const factor = units[unit ?? ''];
  return factor === undefined ? undefined : value * factor;
}
