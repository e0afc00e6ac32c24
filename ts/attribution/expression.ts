/** Whether a text is a regular expression. The addon knows no looking around and no looking back. */
import { messageOf } from '../errors.js';

/** What is wrong with it; undefined when nothing is. */
export function notAnExpression(text: string): string | undefined {
  try {
    new RegExp(text);
  } catch (error) {
    const message = messageOf(error);
    // V8 repeats the expression: `Invalid regular expression: /(/: Unterminated group`.
    return message.slice(message.lastIndexOf(': ') + 2).toLowerCase();
  }
  return /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</.test(text)
    ? 'it looks around or back, which is not possible here'
    : undefined;
}
