/** An argument as one would type it, safe to print on a terminal. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}
