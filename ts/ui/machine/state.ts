/** What a person has set in the view of the machine. */
import type { Order } from './groups.js';
import type { Row } from './rows.js';

export interface State {
  readonly order: Order;
  readonly opened: ReadonlySet<string>;
  readonly search: string;
  /** Keys are letters of the search text. */
  readonly isSearching: boolean;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
  /** The row that is chosen; the first one without. */
  readonly selected: string | undefined;
  /** What is to be ended once it is confirmed. */
  readonly asked: Row | undefined;
  /** What is said until the next key. */
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
  asked: undefined,
  notice: '',
};

export interface Seen {
  readonly rows: readonly Row[];
  /** How many rows fit. */
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
