/** What a person has set in the view of a run. */

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
