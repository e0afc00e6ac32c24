/** Names of the files of a label. */

/** Long enough for the labels people use, short enough for any file system. */
const longest = 100;

/** A label as part of a file name: in the same folder, not hidden, without shell metacharacters. */
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
