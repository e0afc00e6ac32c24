/** The state of the view of a run. */

export interface State {
  /** The index of the selected task. */
  readonly selected: number;
  /** Whether keys go to the task. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
  /** Whether the processes of the task are shown instead of its terminal. */
  readonly isTree: boolean;
  readonly order: 'start' | 'memory';
  readonly isSearching: boolean;
  readonly search: string;
  /** Whether ending the task awaits confirmation. */
  readonly isConfirming: boolean;
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
  isConfirming: false,
  notice: '',
};

export interface Visible {
  readonly taskCount: number;
  readonly height: number;
  /** Whether everything has ended. */
  readonly isOver: boolean;
}

export interface Next {
  readonly state: State;
  readonly action?: Action;
}
