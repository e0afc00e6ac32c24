/** The view of the machine: a line for each group or process. */
import { Box } from 'ink';
import type { ReactNode } from 'react';
import { formatBytes } from '../../report/bytes.js';
import { helpKeys, hintsOf } from '../parts/bindings.js';
import { cell, type Shown } from '../parts/cells.js';
import { Help } from '../parts/help.js';
import { Styled } from '../parts/styled.js';
import type { WindowSize } from '../terminal/frames.js';
import { bindings } from './keys.js';
import type { Row } from './rows.js';
import { indexOf, type State } from './state.js';
import { columnsOf, heading, type MemoryTitle, type RowText, rowText } from './text.js';
import type { Trends } from './trends.js';

export interface MachineProps {
  readonly state: State;
  readonly rows: readonly Row[];
  readonly trends: Pick<Trends, 'get'>;
  readonly title: string;
  readonly memoryTitle: MemoryTitle;
  readonly processCount: number;
  readonly usedBytes: number;
  readonly totalBytes: number;
  readonly refreshMs: number;
  readonly size: WindowSize;
  readonly shown: Shown;
}

/** The title, the headings, and the last line. */
const otherLines = 3;

export function heightOfRows({ rows }: WindowSize): number {
  return Math.max(1, rows - otherLines);
}

export function Machine(props: MachineProps): ReactNode {
  const { state, rows, trends, memoryTitle, size, shown } = props;
  if (state.isHelp) {
    const notes = notesOf[memoryTitle];
    return <Help entries={helpKeys(bindings)} notes={notes} size={size} shown={shown} />;
  }
  const columns = columnsOf(size.columns);
  const height = heightOfRows(size);
  const selected = indexOf(state, rows);
  const first = firstShown(selected, rows.length, height);
  const lines = rows.slice(first, first + height);
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Title {...props} />
      <Line text={heading(memoryTitle, columns, shown)} shown={shown} isHeading />
      <Box flexDirection="column" height={height}>
        {lines.map((row, index) => (
          <Line
            key={row.key}
            text={rowText(row, trends.get(row.key) ?? [], columns, shown)}
            shown={shown}
            isSelected={first + index === selected}
          />
        ))}
        {rows.length === 0 && <Styled shown={shown}> nothing matches</Styled>}
      </Box>
      <Foot {...props} />
    </Box>
  );
}

function Title({
  title,
  processCount,
  usedBytes,
  totalBytes,
  state,
  refreshMs,
  size,
  shown,
}: MachineProps): ReactNode {
  const parts = [
    title,
    `${formatBytes(usedBytes)} of ${formatBytes(totalBytes)} used`,
    `${processCount} processes`,
    `by ${state.order}`,
    state.isPaused ? 'PAUSED' : `every ${Math.round(refreshMs / 100) / 10}s`,
  ];
  return (
    <Styled shown={shown} inverse>
      {cell(` ${parts.join(shown.isAscii ? ' | ' : ' · ')}`, size.columns, shown)}
    </Styled>
  );
}

interface LineProps {
  readonly text: RowText;
  readonly shown: Shown;
  readonly isHeading?: boolean;
  readonly isSelected?: boolean;
}

function Line({ text, shown, isHeading = false, isSelected = false }: LineProps): ReactNode {
  const { figures, trend, lead, name } = text;
  if (isHeading) return <Styled shown={shown} bold>{`  ${figures}${trend}${lead}${name}`}</Styled>;
  if (isSelected) {
    const mark = shown.isAscii ? '>' : '❯';
    return <Styled shown={shown} inverse>{`${mark} ${figures}${trend}${lead}${name}`}</Styled>;
  }
  return (
    <Styled shown={shown}>
      {'  '}
      <Styled shown={shown} color="cyan">
        {figures}
      </Styled>
      <Styled shown={shown} color="green">
        {trend}
      </Styled>
      <Styled shown={shown} dim>
        {lead}
      </Styled>
      {name}
    </Styled>
  );
}

function Foot({ state, size, shown }: MachineProps): ReactNode {
  const isLoud = state.confirming !== undefined || state.notice !== '';
  const text = footParts(state).join(shown.isAscii ? ' | ' : ' · ');
  return (
    <Styled shown={shown} bold={isLoud} dim={!isLoud} {...(isLoud && { color: 'yellow' })}>
      {cell(` ${text}`, size.columns, shown)}
    </Styled>
  );
}

function footParts(state: State): string[] {
  const { confirming, notice, isSearching, search } = state;
  if (confirming?.target) {
    const { process, processCount, bytes } = confirming.target;
    const more = processCount > 1 ? ` and the ${processCount - 1} below it` : '';
    return [
      `end ${process.pid} ${process.name}${more} (${formatBytes(bytes)})? y yes, f by force, n no`,
    ];
  }
  if (notice !== '') return [notice];
  if (isSearching) return [`search: ${search}_`, 'enter keep', 'esc clear'];
  if (search !== '') return [`showing lines with "${search}"`, 'esc all', '? help', 'q quit'];
  return hintsOf(bindings, state);
}

/** The first visible row, which keeps the selected one in the middle. */
function firstShown(selected: number, count: number, height: number): number {
  const last = Math.max(0, count - height);
  return Math.min(last, Math.max(0, selected - Math.floor(height / 2)));
}

const notesOf: Readonly<Record<MemoryTitle, readonly string[]>> = {
  RSS: [
    'RSS is resident memory. Pages that processes share count in each of them, so a group can take',
    'less than its sum. CPU is in percent of one CPU.',
  ],
  MEMORY: [
    'Memory is what the tree needs: every page counts once. Pages that processes share are divided',
    'among them, so that all processes add up to the sum. CPU is in percent of one CPU.',
  ],
};
