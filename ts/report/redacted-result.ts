/** A result without anything that looks like a secret. */

import { redactedCommand, redactedText } from '../result/redact.js';
import type { Result } from '../result/types.js';

export function redactedResult(result: Result): Result {
  return redactedPart('', result) as Result;
}

function redactedPart(key: string, part: unknown): unknown {
  if (typeof part === 'string') return redactedText(part);
  if (typeof part !== 'object' || part === null) return part;
  if (!Array.isArray(part)) {
    return Object.fromEntries(
      Object.entries(part).map(([name, value]) => [name, redactedPart(name, value)]),
    );
  }
  const isCommand = key === 'command' && part.every((word) => typeof word === 'string');
  return isCommand ? redactedCommand(part) : part.map((item) => redactedPart('', item));
}
