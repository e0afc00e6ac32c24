/** The view of a run: its tasks, and beside them the terminal of the selected one. */
import { Box } from 'ink';
import type { ReactNode } from 'react';
import { formatBytes } from '../../report/bytes.js';
import { sparkline } from '../../report/sparkline.js';
import { helpKeys, hintsOf } from '../parts/bindings.js';
import { cell, type Shown } from '../parts/cells.js';
import { Help } from '../parts/help.js';
import { Styled } from '../parts/styled.js';
import type { WindowSize } from '../terminal/frames.js';
import { bindings } from './keys.js';
import type { State } from './state.js';

export interface FullTask {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'ended' | 'failed' | 'skipped';
  readonly bytes: number;
  readonly peakBytes: number;
  readonly trend: readonly number[];
}

export interface FullProps {
  readonly state: State;
  readonly tasks: readonly FullTask[];
  /** The run and its memory. */
  readonly title: string;
  /** Lines of the terminal or of the tree, each no wider than the terminal's place. */
  readonly lines: readonly string[];
  readonly above: number;
  readonly isOver: boolean;
  readonly size: WindowSize;
  readonly shown: Shown;
}

const otherLines = 2;
/** On narrower screens the tasks are above the terminal. */
const narrowest = 70;
const rowsOfTasksAbove = 3;

export interface Layout {
  readonly isBeside: boolean;
  readonly list: WindowSize;
  readonly terminal: WindowSize;
}

/** The layout for a screen of this size. */
export function layoutIn({ columns, rows }: WindowSize, taskCount: number): Layout {
  const height = Math.max(2, rows - otherLines);
  if (columns >= narrowest && taskCount > 1) {
    const width = Math.min(46, Math.max(30, Math.floor(columns * 0.34)));
    return {
      isBeside: true,
      list: { columns: width, rows: height },
      terminal: { columns: columns - width - 1, rows: height },
    };
  }
  const above = Math.min(taskCount, rowsOfTasksAbove, height - 1);
  return {
    isBeside: false,
    list: { columns, rows: above },
    terminal: { columns, rows: height - above },
  };
}

export function Full(props: FullProps): ReactNode {
  const { state, tasks, title, size, shown } = props;
  if (state.isHelp) {
    return <Help entries={helpKeys(bindings)} notes={notes} size={size} shown={shown} />;
  }
  const layout = layoutIn(size, tasks.length);
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Styled shown={shown} inverse>
        {cell(` ${title}${state.isPaused ? '  PAUSED' : ''}`, size.columns, shown)}
      </Styled>
      <Box flexDirection={layout.isBeside ? 'row' : 'column'}>
        <TaskList {...props} place={layout.list} />
        {layout.isBeside && <Divider rows={layout.list.rows} shown={shown} />}
        <Lines {...props} place={layout.terminal} />
      </Box>
      <Foot {...props} />
    </Box>
  );
}

type PlacedProps = FullProps & { readonly place: WindowSize };

/** The tasks around the selected one. */
function TaskList({ state, tasks, place, shown }: PlacedProps): ReactNode {
  const middle = state.selected - Math.floor(place.rows / 2);
  const first = Math.max(0, Math.min(tasks.length - place.rows, middle));
  return (
    <Box flexDirection="column" width={place.columns} height={place.rows} flexShrink={0}>
      {tasks.slice(first, first + place.rows).map((task, index) => (
        <TaskLine
          key={task.id}
          task={task}
          columns={place.columns}
          isSelected={first + index === state.selected}
          shown={shown}
        />
      ))}
    </Box>
  );
}

function Divider({ rows, shown }: { readonly rows: number; readonly shown: Shown }): ReactNode {
  return (
    <Box flexDirection="column" width={1} flexShrink={0}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other identity
        <Styled key={row} shown={shown} dim>
          {shown.isAscii ? '|' : '│'}
        </Styled>
      ))}
    </Box>
  );
}

function Lines({ lines, place, shown }: PlacedProps): ReactNode {
  return (
    <Box flexDirection="column" width={place.columns} height={place.rows} flexShrink={0}>
      {Array.from({ length: place.rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other identity
        <Styled key={row} shown={shown}>
          {lines[row] || ' '}
        </Styled>
      ))}
    </Box>
  );
}

const marks = { waiting: '·', running: '▶', ended: '✓', failed: '✗', skipped: '-' } as const;
const asciiMarks = { waiting: '.', running: '>', ended: '+', failed: 'x', skipped: '-' } as const;
const colours = {
  waiting: 'gray',
  running: 'cyan',
  ended: 'green',
  failed: 'red',
  skipped: 'gray',
} as const;

interface TaskLineProps {
  readonly task: FullTask;
  readonly columns: number;
  readonly isSelected: boolean;
  readonly shown: Shown;
}

function TaskLine({ task, columns, isSelected, shown }: TaskLineProps): ReactNode {
  const { id, state, bytes, peakBytes, trend } = task;
  const mark = (shown.isAscii ? asciiMarks : marks)[state];
  const now = state === 'running' ? formatBytes(bytes) : '';
  const figures = `${now.padStart(8)} ${formatBytes(peakBytes).padStart(8)}`;
  const line = columns >= 40 ? ` ${sparkline(trend, 8, shown.isAscii, peakBytes)}` : '';
  const name = cell(id, Math.max(1, columns - figures.length - line.length - 3), shown);
  return (
    <Styled shown={shown} inverse={isSelected}>
      <Styled shown={shown} color={colours[state]}>
        {mark}
      </Styled>
      {` ${name} ${figures}`}
      <Styled shown={shown} color="green">
        {line}
      </Styled>
    </Styled>
  );
}

function Foot({ state, above, isOver, size, shown }: FullProps): ReactNode {
  const parts = footParts(state, above, isOver);
  const isLoud = state.isConfirming || state.isTyping || state.notice !== '';
  return (
    <Styled shown={shown} bold={isLoud} dim={!isLoud} {...(isLoud && { color: 'yellow' })}>
      {cell(` ${parts.join(shown.isAscii ? ' | ' : ' · ')}`, size.columns, shown)}
    </Styled>
  );
}

function footParts(state: State, above: number, isOver: boolean): string[] {
  if (state.isConfirming) return ['end the selected task? y yes, n no'];
  if (state.isTyping) return ['keys go to the task', '^] takes them back'];
  if (state.isSearching) return [`search: ${state.search}_`, 'enter keep', 'esc clear'];
  if (state.notice !== '') return [state.notice];
  return [
    ...(isOver ? ['ended, q leaves'] : []),
    ...(above > 0 ? [`${above} lines above the end`] : []),
    ...hintsOf(bindings, state, isOver),
  ];
}

const notes: readonly string[] = ['Beside each task are its current memory and its peak.'];
