/** The keys of the view of a run. */
import { type Bindings, bindingOf, typedInto } from '../parts/bindings.js';
import type { Next, State, Visible } from './state.js';

export const bindings: Bindings<State, Visible, Next> = [
  {
    keys: ['up', 'k'],
    help: ['up, down, j, k', 'select a task'],
    press: (state, visible) => ({ state: moved(state, -1, visible) }),
  },
  { keys: ['down', 'j'], press: (state, visible) => ({ state: moved(state, 1, visible) }) },
  {
    keys: ['i', 'enter'],
    help: ['i, enter', 'type into the terminal of the task; ctrl-] takes the keys back'],
    hint: (_, isOver) => (isOver ? undefined : 'i type'),
    press: (state, { isOver }) => ({ state: { ...state, isTyping: !isOver, isTree: false } }),
  },
  {
    keys: ['K'],
    help: ['K', 'end the selected task, after a confirmation'],
    hint: (_, isOver) => (isOver ? undefined : 'K end'),
    press: (state, { isOver }) => ({ state: isOver ? state : { ...state, isConfirming: true } }),
  },
  {
    keys: ['pageup', 'pagedown'],
    help: ['page up, down', 'look at earlier lines of the terminal'],
    press: (state, { height }, key) => ({
      state,
      action: { do: 'scroll', lines: key === 'pageup' ? height : -height },
    }),
  },
  {
    keys: ['t'],
    help: ['t', 'the processes of the task with memory and CPU, or its terminal'],
    hint: ({ isTree }) => (isTree ? 't terminal' : 't processes'),
    press: (state) => ({ state: { ...state, isTree: !state.isTree } }),
  },
  {
    keys: ['s'],
    help: ['s', 'sort tasks by their start or by their peak'],
    hint: 's sort',
    press: (state) => ({
      state: { ...state, order: state.order === 'start' ? 'memory' : 'start' },
    }),
  },
  {
    keys: ['/'],
    help: ['/', 'show only tasks whose name contains a text; esc shows all'],
    hint: '/ search',
    press: (state) => ({ state: { ...state, isSearching: true, search: '' } }),
  },
  { keys: ['escape'], press: (state) => ({ state: { ...state, search: '' } }) },
  {
    keys: ['space'],
    help: ['space', 'pause the view; the tasks go on'],
    hint: 'space pause',
    press: (state) => ({ state: { ...state, isPaused: !state.isPaused } }),
  },
  { keys: ['?'], hint: '? help', press: (state) => ({ state: { ...state, isHelp: true } }) },
  {
    keys: ['q', 'ctrl-c'],
    help: ['q', 'leave, once everything has ended'],
    press: (state, { isOver }) =>
      isOver
        ? { state, action: { do: 'leave' } }
        : { state: { ...state, notice: 'it is still running: K ends it, i types into it' } },
  },
];

export function pressed(before: State, key: string, visible: Visible): Next {
  const state = { ...before, notice: '' };
  if (state.isConfirming) {
    const closed = { ...state, isConfirming: false };
    if (key === 'y') return { state: closed, action: { do: 'end' } };
    return { state: { ...closed, notice: 'nothing was ended' } };
  }
  if (state.isSearching) return { state: searched(state, key) };
  if (state.isHelp) return { state: { ...state, isHelp: false } };
  return bindingOf(bindings, key)?.press(state, visible, key) ?? { state };
}

function searched(state: State, key: string): State {
  if (key === 'enter') return { ...state, isSearching: false, selected: 0 };
  if (key === 'escape') return { ...state, isSearching: false, search: '' };
  return { ...state, search: typedInto(state.search, key) };
}

function moved(state: State, step: number, { taskCount }: Visible): State {
  const selected = Math.min(taskCount - 1, Math.max(0, state.selected + step));
  return { ...state, selected: Math.max(0, selected) };
}
