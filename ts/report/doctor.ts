/** What `memtop doctor` prints. */
import type { Check, State } from './check.js';
import { plainText } from './plain-text.js';

const marks: Readonly<Record<State, string>> = { ok: '✓', limited: '!', missing: '✗' };

/** Beside less than this the facts go under their subjects. */
const narrowestFact = 24;

/** Lines without their ends, none wider than `columns` but where one word is. */
export function doctorLines(checks: readonly Check[], columns: number): string[] {
  const width = Math.max(...checks.map(({ subject }) => subject.length));
  const indent = width + 4;
  return columns - indent >= narrowestFact
    ? checks.flatMap((check) => beside(check, width, columns))
    : checks.flatMap((check) => below(check, columns));
}

function beside(check: Check, width: number, columns: number): string[] {
  const indent = ' '.repeat(width + 4);
  const [first, ...rest] = text(check, columns - indent.length);
  const head = `${marks[check.state]} ${check.subject.padEnd(width)}  `;
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

/** Broken at spaces. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > columns && line !== '') {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
