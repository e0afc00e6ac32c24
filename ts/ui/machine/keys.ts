/** The keys of the view of the machine. */
import { type Bindings, bindingOf, typedInto } from '../parts/bindings.js';
import { type Order, orders } from './groups.js';
import type { Row } from './rows.js';
import { indexOf, type Next, type State, type Visible } from './state.js';

export const bindings: Bindings<State, Visible, Next> = [
  {
    keys: ['up', 'k', 'down', 'j', 'pageup', 'pagedown', 'home', 'g', 'end', 'G'],
    help: ['up, down, j, k', 'select a line; page up and down, g and G go further'],
    press: (state, visible, key) => ({ state: moved(state, key, visible) }),
  },
  {
    keys: ['enter', 'left', 'right'],
    help: ['enter', 'open or close the selected line; left closes, right opens'],
    hint: 'enter open',
    press: (state, visible, key) => ({ state: opened(state, key, visible) }),
  },
  {
    keys: ['s'],
    help: ['s', 'sort by memory, by CPU, by name'],
    hint: 's sort',
    press: (state) => ({ state: { ...state, order: following(state.order) } }),
  },
  {
    keys: ['/'],
    help: ['/', 'show only lines that contain a text; esc shows all'],
    hint: '/ search',
    press: (state) => ({ state: { ...state, isSearching: true } }),
  },
  { keys: ['escape'], press: (state) => ({ state: { ...state, search: '' } }) },
  {
    keys: ['K'],
    help: ['K', 'end the selected process and all below it, after a confirmation'],
    hint: 'K end',
    press: (state, visible) => ({ state: asking(state, visible) }),
  },
  {
    keys: ['space'],
    help: ['space', 'pause and go on'],
    hint: 'space pause',
    press: (state) => ({ state: { ...state, isPaused: !state.isPaused } }),
  },
  {
    keys: ['?'],
    hint: '? help',
    press: (state) => ({ state: { ...state, isHelp: true } }),
  },
  {
    keys: ['q'],
    help: ['q', 'quit'],
    hint: 'q quit',
    press: (state) => ({ state, action: { do: 'quit' } }),
  },
];

export function pressed(before: State, key: string, visible: Visible): Next {
  const state = { ...before, notice: '' };
  if (key === 'ctrl-c') return { state, action: { do: 'quit' } };
  if (key === 'ctrl-z') return { state, action: { do: 'suspend' } };
  if (state.confirming) return answered(state, state.confirming, key);
  if (state.isSearching) return { state: searched(state, key, visible) };
  if (state.isHelp) return { state: { ...state, isHelp: false } };
  return bindingOf(bindings, key)?.press(state, visible, key) ?? { state };
}

function answered(state: State, row: Row, key: string): Next {
  const closed = { ...state, confirming: undefined };
  if (key === 'y') return { state: closed, action: { do: 'end', row, force: false } };
  if (key === 'f') return { state: closed, action: { do: 'end', row, force: true } };
  return { state: { ...closed, notice: 'nothing was ended' } };
}

function asking(state: State, { rows }: Visible): State {
  const row = rows[indexOf(state, rows)];
  if (!row) return state;
  if (row.target) return { ...state, selected: row.key, confirming: row };
  return { ...state, notice: `a ${row.kind} has several trees: open it and choose one` };
}

function searched(state: State, key: string, visible: Visible): State {
  if (key === 'enter') return { ...state, isSearching: false };
  if (key === 'escape') return { ...state, isSearching: false, search: '' };
  if (key === 'up' || key === 'down') return moved(state, key, visible);
  return { ...state, search: typedInto(state.search, key) };
}

function opened(state: State, key: string, { rows }: Visible): State {
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

function moved(state: State, key: string, { rows, height }: Visible): State {
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
