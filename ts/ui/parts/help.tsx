/** The help of a view: its keys. */
import { Box } from 'ink';
import type { ReactNode } from 'react';
import { wrapped } from '../../report/plain-text.js';
import type { WindowSize } from '../terminal/frames.js';
import { cell, type Shown } from './cells.js';
import { Styled } from './styled.js';

export interface HelpProps {
  readonly entries: readonly (readonly [string, string])[];
  readonly notes: readonly string[];
  readonly size: WindowSize;
  readonly shown: Shown;
}

export function Help({ entries, notes, size, shown }: HelpProps): ReactNode {
  const width = Math.max(...entries.map(([keys]) => keys.length)) + 2;
  const left = Math.max(10, size.columns - width - 3);
  const lines = entries.flatMap(([keys, does]) =>
    wrapped(does, left).map((text, index) => ({ keys: index === 0 ? keys : '', text })),
  );
  const notesShown = wrapped(notes.join(' '), Math.max(10, size.columns - 2));
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Styled shown={shown} inverse>
        {cell(' keys', size.columns, shown)}
      </Styled>
      {lines.map(({ keys, text }) => (
        <Styled key={text} shown={shown}>
          <Styled shown={shown} bold>{`  ${keys.padEnd(width)}`}</Styled>
          {text}
        </Styled>
      ))}
      <Styled shown={shown}> </Styled>
      {notesShown.map((line) => (
        <Styled key={line} shown={shown} dim>{` ${line}`}</Styled>
      ))}
      <Box flexGrow={1} />
      <Styled shown={shown} dim>
        {cell(' any key goes back', size.columns, shown)}
      </Styled>
    </Box>
  );
}
