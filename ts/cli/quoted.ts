/** A word as a person would type it, fit for a terminal. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}
