/** How lines for people may look where they are shown. */

export interface Look {
  readonly columns: number;
  readonly isColoured: boolean;
  /** Whether nothing but ASCII can be shown. */
  readonly isAscii: boolean;
}

/** The width of lines that go to a file or into a pipe. */
export const columnsOfLogs = 120;

type Environment = Readonly<Record<string, string | undefined>>;

/** `terminalColumns` is how wide the terminal is; undefined where there is none. */
export function lookIn(environment: Environment, terminalColumns: number | undefined): Look {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  return {
    columns: terminalColumns ?? columnsOfLogs,
    isColoured: mayColour(environment, terminalColumns !== undefined),
    // The first that is set decides, as in the C library.
    isAscii: !/utf-?8/i.test([LC_ALL, LC_CTYPE, LANG].find(isSet) ?? ''),
  };
}

/** FORCE_COLOR decides where it is set, as for Node; then NO_COLOR, then what the lines go to. */
function mayColour({ FORCE_COLOR, NO_COLOR, TERM }: Environment, isTerminal: boolean): boolean {
  if (isSet(FORCE_COLOR)) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && TERM !== 'dumb' && !isSet(NO_COLOR);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
