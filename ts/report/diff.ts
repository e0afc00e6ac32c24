/** The output of `memtop diff`. */
import type {
  Comparison,
  ComparisonChange,
  ComparisonGroup,
  ComparisonRow,
} from '../compare/comparison.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { fitted, plainText, wrapped } from './plain-text.js';
import { type Column, labelIndent, labelled, table } from './table.js';

const rowsShown = 12;
const longestName = 60;

/** Lines without line ends. */
export function diffLines(comparison: Comparison, columns: number): string[] {
  const { before, after, peak, kernelPeak, duration, remarks } = comparison;
  const left = columns - labelIndent.length;
  return [
    ...labelled('before', [fitted(groupText(before), left)]),
    ...labelled('after', [fitted(groupText(after), left)]),
    ...labelled('peak', wrapped(changeText(peak), left)),
    ...(kernelPeak ? labelled('kernel peak', wrapped(changeText(kernelPeak), left)) : []),
    ...labelled('duration', [durationText(duration)]),
    ...remarks.flatMap((remark) => labelled('note', wrapped(plainText(remark), left))),
    ...section('TASK', comparison.tasks, columns),
    ...section('STAGE', comparison.stages, columns),
    ...section('PROCESSES AT THE PEAK', comparison.processes, columns),
  ];
}

function groupText({ name, runs }: ComparisonGroup): string {
  const count = runs.length === 1 ? 'one run' : `${runs.length} runs`;
  const [first] = runs.map(({ startedAt }) => startedAt).sort();
  return `${plainText(name)}: ${count}, ${(first ?? '').slice(0, 16).replace('T', ' ')}`;
}

/** Such as `1.4GB, then 1.1GB: smaller by 312MB (-22 %), 95 % interval 240MB to 380MB`. */
function changeText(change: ComparisonChange): string {
  const { before, after } = change;
  return `${formatBytes(before)}, then ${formatBytes(after)}: ${verdictText(change)}`;
}

function verdictText({ byBytes, percent, verdict }: ComparisonChange): string {
  const size = formatBytes(Math.abs(byBytes));
  const by = `${byBytes < 0 ? 'smaller' : 'larger'} by ${size} (${percentText(percent)})`;
  switch (verdict.kind) {
    case 'shown': {
      const bounds = [verdict.low, verdict.high].map(Math.abs).sort((one, other) => one - other);
      const [low, high] = bounds.map(formatBytes);
      return low === high ? by : `${by}, 95 % interval ${low} to ${high}`;
    }
    case 'not-shown': {
      const { shownBytes, more } = verdict;
      return (
        `no significant difference: this spread shows ${formatBytes(shownBytes)} or more, ` +
        `n = ${more.runs} would show ${formatBytes(more.bytes)}`
      );
    }
    case 'equal':
      return 'no difference';
    case 'assumed': {
      if (byBytes === 0) return 'no difference';
      const { isBeyond, noisePercent } = verdict;
      const taken = `the ${noisePercent} % that single runs are taken to vary by`;
      return `${by}, ${isBeyond ? 'more than' : 'within'} ${taken}; memtop bench -n 5 would tell`;
    }
  }
}

export function percentText(percent: number): string {
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  const text = percent.toFixed(digits).replace(/\.0$/, '').replace(/^-0$/, '0');
  return `${text.startsWith('-') || text === '0' ? '' : '+'}${text} %`;
}

function durationText({ beforeMs, afterMs }: Comparison['duration']): string {
  return `${formatDuration(beforeMs)}, then ${formatDuration(afterMs)}`;
}

const changeColumns: readonly Column<ComparisonRow>[] = [
  { title: 'BEFORE', isNumber: true, text: ({ before }) => sizeText(before) },
  { title: 'AFTER', isNumber: true, text: ({ after }) => sizeText(after) },
  { title: 'CHANGE', isNumber: true, text: changeCell },
  { title: '', isNumber: true, text: shareText },
];

/** `?` marks a change that may be noise. */
function section(title: string, rows: readonly ComparisonRow[], columns: number): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, rowsShown);
  const more = rows.length - shown.length;
  const lines = table([...changeColumns, { title, text: nameText }], shown, {
    columns: columns - 2,
  });
  return ['', ...lines.map((line) => `  ${line}`), ...(more > 0 ? [`  ${more} more`] : [])];
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? '-' : formatBytes(bytes);
}

function changeCell({ before, after, change }: ComparisonRow): string {
  if (before === undefined) return 'new';
  if (after === undefined) return 'gone';
  if (!change || change.byBytes === 0) return '0';
  const sign = change.byBytes < 0 ? '-' : '+';
  return `${sign}${formatBytes(Math.abs(change.byBytes))}`;
}

function shareText({ change }: ComparisonRow): string {
  if (!change || change.byBytes === 0) return '';
  const { kind } = change.verdict;
  const isUnsure =
    kind === 'not-shown' || (change.verdict.kind === 'assumed' && !change.verdict.isBeyond);
  return `${percentText(change.percent)}${isUnsure ? ' ?' : '  '}`;
}

function nameText({ name, countBefore, countAfter }: ComparisonRow): string {
  const counts = [countBefore, countAfter].map((count) => count ?? 0);
  const [early = 0, late = 0] = counts;
  const text = fitted(plainText(name), longestName);
  if (early === late) return early > 1 ? `${text} x${early}` : text;
  return early > 0 && late > 0 ? `${text} x${early}, then x${late}` : withCount(text, early + late);
}

function withCount(text: string, count: number): string {
  return count > 1 ? `${text} x${count}` : text;
}
