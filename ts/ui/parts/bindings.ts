/** Key bindings of a view, one row each, from which its help and its last line are made too. */

export interface Binding<State, Visible, Next> {
  /** As `keysIn` names them. */
  readonly keys: readonly string[];
  press(state: State, visible: Visible, key: string): Next;
  /** For the help: the keys, and what they do. */
  readonly help?: readonly [keys: string, does: string];
  /** For the last line of the view. */
  readonly hint?: string | ((state: State, isOver: boolean) => string | undefined);
}

export type Bindings<State, Visible, Next> = readonly Binding<State, Visible, Next>[];

export function bindingOf<State, Visible, Next>(
  bindings: Bindings<State, Visible, Next>,
  key: string,
): Binding<State, Visible, Next> | undefined {
  return bindings.find(({ keys }) => keys.includes(key));
}

export function helpKeys<State, Visible, Next>(
  bindings: Bindings<State, Visible, Next>,
): (readonly [string, string])[] {
  return bindings.flatMap(({ help }) => (help ? [help] : []));
}

/** `isOver` is whether everything in the view has ended. */
export function hintsOf<State, Visible, Next>(
  bindings: Bindings<State, Visible, Next>,
  state: State,
  isOver = false,
): string[] {
  return bindings.flatMap(({ hint }) => {
    return (typeof hint === 'function' ? hint(state, isOver) : hint) ?? [];
  });
}

/** The search text after a key. */
export function typedInto(search: string, key: string): string {
  if (key === 'backspace') return [...search].slice(0, -1).join('');
  const letter = key === 'space' ? ' ' : key;
  return [...letter].length === 1 ? search + letter : search;
}
