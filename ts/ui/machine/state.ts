/** What a person has set in the view of the machine, and what keys make of it. */
import { type Order, orders } from './groups.js';
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

export function pressed(before: State, key: string, seen: Seen): Next {
  const state = { ...before, notice: '' };
  if (key === 'ctrl-c') return { state, action: { do: 'quit' } };
  if (key === 'ctrl-z') return { state, action: { do: 'suspend' } };
  if (state.asked) return answered(state, state.asked, key);
  if (state.isSearching) return { state: searched(state, key, seen) };
  if (state.isHelp) return { state: { ...state, isHelp: false } };
  switch (key) {
    case 'q':
      return { state, action: { do: 'quit' } };
    case 'K':
      return { state: asking(state, seen) };
    case '/':
      return { state: { ...state, isSearching: true } };
    case '?':
      return { state: { ...state, isHelp: true } };
    case 'space':
      return { state: { ...state, isPaused: !state.isPaused } };
    case 'escape':
      return { state: { ...state, search: '' } };
    case 's':
      return { state: { ...state, order: following(state.order) } };
    default:
      return { state: moved(opened(state, key, seen), key, seen) };
  }
}

export function indexOf({ selected }: State, rows: readonly Row[]): number {
  return Math.max(
    0,
    rows.findIndex(({ key }) => key === selected),
  );
}

function answered(state: State, row: Row, key: string): Next {
  const closed = { ...state, asked: undefined };
  if (key === 'y') return { state: closed, action: { do: 'end', row, force: false } };
  if (key === 'f') return { state: closed, action: { do: 'end', row, force: true } };
  return { state: { ...closed, notice: 'nothing was ended' } };
}

function asking(state: State, { rows }: Seen): State {
  const row = rows[indexOf(state, rows)];
  if (!row) return state;
  if (row.target) return { ...state, selected: row.key, asked: row };
  return { ...state, notice: `a ${row.kind} has several trees: open it and choose one` };
}

function searched(state: State, key: string, seen: Seen): State {
  if (key === 'enter') return { ...state, isSearching: false };
  if (key === 'escape') return { ...state, isSearching: false, search: '' };
  if (key === 'backspace') return { ...state, search: [...state.search].slice(0, -1).join('') };
  if (key === 'space') return { ...state, search: `${state.search} ` };
  if (key === 'up' || key === 'down') return moved(state, key, seen);
  return [...key].length === 1 ? { ...state, search: state.search + key } : state;
}

function opened(state: State, key: string, { rows }: Seen): State {
  const row = rows[indexOf(state, rows)];
  if (!row?.isGroup || !row.canOpen) return state;
  const isWanted = key === 'right' || (key === 'enter' && !row.isOpen);
  const isUnwanted = key === 'left' || (key === 'enter' && row.isOpen);
  if (!isWanted && !isUnwanted) return state;
  const opened = new Set(state.opened);
  const group = row.key.slice('group '.length);
  if (isWanted) opened.add(group);
  else opened.delete(group);
  return { ...state, opened, selected: row.key };
}

function moved(state: State, key: string, { rows, height }: Seen): State {
  const step = { up: -1, k: -1, down: 1, j: 1, pageup: -height, pagedown: height }[key];
  const at =
    key === 'home' || key === 'g'
      ? -rows.length
      : key === 'end' || key === 'G'
        ? rows.length
        : step;
  if (at === undefined || rows.length === 0) return state;
  const index = Math.min(rows.length - 1, Math.max(0, indexOf(state, rows) + at));
  return { ...state, selected: rows[index]?.key };
}

function following(order: Order): Order {
  return orders[(orders.indexOf(order) + 1) % orders.length] as Order;
}
