/** The output of `memtop doctor`. */
import type { Check, CheckState } from './check.js';
import { highest } from './highest.js';
import { padded, plainText, widthOf, wrapped } from './plain-text.js';

const marks: Readonly<Record<CheckState, string>> = { ok: '✓', limited: '!', missing: '✗' };

/** With less room than this, facts go below their subjects. */
const narrowestFact = 24;

/** Lines without line ends; only a single long word is wider than `columns`. */
export function doctorLines(checks: readonly Check[], columns: number): string[] {
  const width = highest(checks.map(({ subject }) => widthOf(subject)));
  const indent = width + 4;
  return columns - indent >= narrowestFact
    ? checks.flatMap((check) => beside(check, width, columns))
    : checks.flatMap((check) => below(check, columns));
}

function beside(check: Check, width: number, columns: number): string[] {
  const indent = ' '.repeat(width + 4);
  const [first, ...rest] = text(check, columns - indent.length);
  const head = `${marks[check.state]} ${padded(check.subject, width)}  `;
  return [`${head}${first}`, ...rest.map((line) => `${indent}${line}`)];
}

function below(check: Check, columns: number): string[] {
  const lines = text(check, columns - 2).map((line) => `  ${line}`);
  return [`${marks[check.state]} ${check.subject}`, ...lines];
}

function text({ fact, advice }: Check, columns: number): string[] {
  return [
    ...wrapped(plainText(fact), columns),
    ...(advice === undefined ? [] : wrapped(`→ ${plainText(advice)}`, columns)),
  ];
}
