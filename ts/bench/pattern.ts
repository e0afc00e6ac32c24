/** Path patterns: `*` and `?` within a name, `**` for any number of folders. */

/** The segments of a path, without empty ones and `.`. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

export function isPattern(segment: string): boolean {
  return /[*?]/.test(segment);
}

/** Whether a segment matches a name. A hidden name needs an explicit leading dot. */
export function matches(segment: string, name: string): boolean {
  if (name.startsWith('.') && !segment.startsWith('.')) return false;
  const source = segment
    .replaceAll(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su').test(name);
}
