/** Lines behind a label, one below the other. */

export const labelIndent = ' '.repeat('  largest process  '.length);

/** The label stands before the first line, and all of them are indented alike. */
export function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) =>
    index === 0 ? `  ${label}`.padEnd(labelIndent.length) + line : labelIndent + line,
  );
}
