/** Words for shells. */
import type { Flag } from '../flags/flag.js';

/** As one word of a shell's script, whatever is in it; the same in bash, zsh and fish. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", `'"'"'`)}'`;
}

export function spellings({ name, short }: Flag): string[] {
  return [`--${name}`, ...(short ? [`-${short}`] : [])];
}

/** What kind of file its value names. */
export function pathKind({ value }: Flag): 'file' | 'folder' | undefined {
  if (value === 'FILE') return 'file';
  return value === 'DIR' ? 'folder' : undefined;
}
