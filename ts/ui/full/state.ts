/** What a person has set in the view of a run, and what keys make of it. */

export interface State {
  /** The task that is chosen, by its place. */
  readonly selected: number;
  /** Keys go to the task. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
  /** The processes of the task in the place of its terminal. */
  readonly isTree: boolean;
  readonly order: 'start' | 'memory';
  readonly isSearching: boolean;
  readonly search: string;
  /** Whether it is asked if the task is to be ended. */
  readonly isAsked: boolean;
  readonly notice: string;
}

export type Action =
  | { readonly do: 'leave' }
  | { readonly do: 'end' }
  | { readonly do: 'scroll'; readonly lines: number };

export const initial: State = {
  selected: 0,
  isTyping: false,
  isPaused: false,
  isHelp: false,
  isTree: false,
  order: 'start',
  isSearching: false,
  search: '',
  isAsked: false,
  notice: '',
};

export interface Seen {
  readonly taskCount: number;
  readonly height: number;
  /** Whether everything has ended. */
  readonly isOver: boolean;
}

export interface Next {
  readonly state: State;
  readonly action?: Action;
}

export function pressed(before: State, key: string, seen: Seen): Next {
  const state = { ...before, notice: '' };
  if (state.isAsked) {
    const closed = { ...state, isAsked: false };
    if (key === 'y') return { state: closed, action: { do: 'end' } };
    return { state: { ...closed, notice: 'nothing was ended' } };
  }
  if (state.isSearching) return { state: searched(state, key) };
  if (state.isHelp) return { state: { ...state, isHelp: false } };
  switch (key) {
    case 'q':
    case 'ctrl-c':
      if (seen.isOver) return { state, action: { do: 'leave' } };
      return { state: { ...state, notice: 'it is still running: K ends it, i types into it' } };
    case 'K':
      return { state: seen.isOver ? state : { ...state, isAsked: true } };
    case 'i':
    case 'enter':
      return { state: { ...state, isTyping: !seen.isOver, isTree: false } };
    case 't':
      return { state: { ...state, isTree: !state.isTree } };
    case 's':
      return { state: { ...state, order: state.order === 'start' ? 'memory' : 'start' } };
    case '/':
      return { state: { ...state, isSearching: true, search: '' } };
    case 'escape':
      return { state: { ...state, search: '' } };
    case '?':
      return { state: { ...state, isHelp: true } };
    case 'space':
      return { state: { ...state, isPaused: !state.isPaused } };
    case 'pageup':
      return { state, action: { do: 'scroll', lines: seen.height } };
    case 'pagedown':
      return { state, action: { do: 'scroll', lines: -seen.height } };
    default: {
      const step = { up: -1, k: -1, down: 1, j: 1 }[key] ?? 0;
      const selected = Math.min(seen.taskCount - 1, Math.max(0, state.selected + step));
      return { state: { ...state, selected: Math.max(0, selected) } };
    }
  }
}

function searched(state: State, key: string): State {
  if (key === 'enter') return { ...state, isSearching: false, selected: 0 };
  if (key === 'escape') return { ...state, isSearching: false, search: '' };
  if (key === 'backspace') return { ...state, search: [...state.search].slice(0, -1).join('') };
  const letter = key === 'space' ? ' ' : key;
  return [...letter].length === 1 ? { ...state, search: state.search + letter } : state;
}
