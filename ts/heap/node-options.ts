/** NODE_OPTIONS with one thing more. */

/**
 * What was there stays as it is and comes first. Nothing where Node would refuse what was there:
 * with something behind it, an open quote could mean something else.
 */
export function withRequired(existing: string | undefined, file: string): string | undefined {
  if (existing === undefined || existing === '') return required(file);
  return isComplete(existing) ? `${existing} ${required(file)}` : undefined;
}

/** Spaces separate, and only within quotes a backslash takes the next character as it is. */
function required(file: string): string {
  return `--require="${file.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Whether every quote is closed, by the rules that Node reads the variable with. */
function isComplete(text: string): boolean {
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\' && isQuoted) index += 1;
    else if (text[index] === '"') isQuoted = !isQuoted;
  }
  return !isQuoted;
}
