/** What files are called that belong to a label. */

/** Long enough for any label of a person, short enough for any file system. */
const longest = 100;

/** A label as a part of a file's name: no folder, nothing hidden, nothing that a shell acts on. */
function fileLabel(label: string): string {
  const safe = label
    .replaceAll(/[^\p{L}\p{N}._+@=-]+/gu, '-')
    .replace(/^[-.]+/, '')
    .slice(0, longest);
  return safe === '' ? 'unnamed' : safe;
}

export const resultFileName = (label: string): string => `result-${fileLabel(label)}.json`;
export const timelineFileName = (label: string): string => `timeline-${fileLabel(label)}.csv`;
export const logFileName = (label: string): string => `build-${fileLabel(label)}.log`;
