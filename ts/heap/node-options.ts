/** Adds a file to require to NODE_OPTIONS. */

/**
 * What was there stays and comes first. Undefined where Node would refuse what was there: followed
 * by something else, an open quote could mean something else.
 */
export function withRequired(existing: string | undefined, file: string): string | undefined {
  if (existing === undefined || existing === '') return required(file);
  return isComplete(existing) ? `${existing} ${required(file)}` : undefined;
}

/** Spaces separate options, and only within quotes a backslash escapes the next character. */
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
