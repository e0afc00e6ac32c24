/** What keys do in a view. A binding is one row, which the help and the last line are made of too. */

export interface Binding<State, Seen, Next> {
  /** As `keysIn` names them. */
  readonly keys: readonly string[];
  press(state: State, seen: Seen, key: string): Next;
  /** What the help says: the keys, and what they do. */
  readonly help?: readonly [keys: string, does: string];
  /** What the last line of the view says. */
  readonly hint?: string | ((state: State, isOver: boolean) => string | undefined);
}

export type Bindings<State, Seen, Next> = readonly Binding<State, Seen, Next>[];

export function bindingOf<State, Seen, Next>(
  bindings: Bindings<State, Seen, Next>,
  key: string,
): Binding<State, Seen, Next> | undefined {
  return bindings.find(({ keys }) => keys.includes(key));
}

export function helpOf<State, Seen, Next>(
  bindings: Bindings<State, Seen, Next>,
): (readonly [string, string])[] {
  return bindings.flatMap(({ help }) => (help ? [help] : []));
}

/** `isOver` is whether everything that is shown has ended. */
export function hintsOf<State, Seen, Next>(
  bindings: Bindings<State, Seen, Next>,
  state: State,
  isOver = false,
): string[] {
  return bindings.flatMap(({ hint }) => {
    return (typeof hint === 'function' ? hint(state, isOver) : hint) ?? [];
  });
}

/** The search text after a key: what is typed goes behind it. */
export function typedInto(search: string, key: string): string {
  if (key === 'backspace') return [...search].slice(0, -1).join('');
  const letter = key === 'space' ? ' ' : key;
  return [...letter].length === 1 ? search + letter : search;
}
