/** Checks regular expressions. The addon supports neither lookaround nor backreferences. */
import { messageOf } from '../errors.js';

/** What is wrong with it; undefined when nothing is. */
export function expressionProblem(text: string): string | undefined {
  try {
    new RegExp(text);
  } catch (error) {
    const message = messageOf(error);
    // V8 repeats the expression: `Invalid regular expression: /(/: Unterminated group`.
    return message.slice(message.lastIndexOf(': ') + 2).toLowerCase();
  }
  return /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</.test(text)
    ? 'lookaround and backreferences are not supported'
    : undefined;
}
