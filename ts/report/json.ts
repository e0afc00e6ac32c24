/** A result as JSON. */
import type { Result } from '../result/types.js';

export function resultJson(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
