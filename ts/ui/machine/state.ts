/** The state of the view of the machine. */
import type { Order } from './groups.js';
import type { Row } from './rows.js';

export interface State {
  readonly order: Order;
  readonly opened: ReadonlySet<string>;
  readonly search: string;
  /** Whether keys go to the search text. */
  readonly isSearching: boolean;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
  /** The key of the selected row; undefined for the first one. */
  readonly selected: string | undefined;
  /** The row to end, while that awaits confirmation. */
  readonly confirming: Row | undefined;
  /** A message until the next key. */
  readonly notice: string;
}

export type Action =
  | { readonly do: 'quit' }
  | { readonly do: 'suspend' }
  | { readonly do: 'end'; readonly row: Row; readonly force: boolean };

export const initial: State = {
  order: 'memory',
  opened: new Set(),
  search: '',
  isSearching: false,
  isPaused: false,
  isHelp: false,
  selected: undefined,
  confirming: undefined,
  notice: '',
};

export interface Visible {
  readonly rows: readonly Row[];
  /** The number of rows that fit. */
  readonly height: number;
}

export interface Next {
  readonly state: State;
  readonly action?: Action;
}

export function indexOf({ selected }: State, rows: readonly Row[]): number {
  return Math.max(
    0,
    rows.findIndex(({ key }) => key === selected),
  );
}
