/** Parts of completion scripts. */
import type { Flag } from '../flags/flag.js';

/** Quotes text as one word, for bash, zsh and fish alike. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", `'"'"'`)}'`;
}

export function spellings({ name, short }: Flag): string[] {
  return [`--${name}`, ...(short ? [`-${short}`] : [])];
}

/** Whether its value names a file or a folder. */
export function pathKind({ value }: Flag): 'file' | 'folder' | undefined {
  if (value === 'FILE') return 'file';
  return value === 'DIR' ? 'folder' : undefined;
}
