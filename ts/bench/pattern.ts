/** Patterns of paths: `*` and `?` within a name, `**` for any number of folders. */

/** The names of a path, without what says nothing. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

export function isPattern(segment: string): boolean {
  return /[*?]/.test(segment);
}

/** Whether a name is one that a segment means. What is hidden must be named as such. */
export function matches(segment: string, name: string): boolean {
  if (name.startsWith('.') && !segment.startsWith('.')) return false;
  const source = segment
    .replaceAll(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su').test(name);
}
