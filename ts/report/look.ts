/** The width, colours and characters of the place where lines are shown. */

export interface Look {
  readonly columns: number;
  readonly isColoured: boolean;
  /** Whether only ASCII can be shown. */
  readonly isAscii: boolean;
}

/** The width of lines in a file or a pipe. */
export const columnsOfLogs = 120;

type Environment = Readonly<Record<string, string | undefined>>;

/** `terminalColumns` is the width of the terminal; undefined without one. */
export function lookIn(environment: Environment, terminalColumns: number | undefined): Look {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  return {
    columns: terminalColumns ?? columnsOfLogs,
    isColoured: mayColour(environment, terminalColumns !== undefined),
    // The first that is set decides, as in the C library.
    isAscii: !/utf-?8/i.test([LC_ALL, LC_CTYPE, LANG].find(isSet) ?? ''),
  };
}

/** FORCE_COLOR decides if it is set, as in Node; then NO_COLOR; then whether it is a terminal. */
function mayColour({ FORCE_COLOR, NO_COLOR, TERM }: Environment, isTerminal: boolean): boolean {
  if (isSet(FORCE_COLOR)) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && TERM !== 'dumb' && !isSet(NO_COLOR);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
