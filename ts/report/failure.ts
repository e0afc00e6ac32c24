/** Why a command failed, in one sentence. */
import { redactedCommand } from '../result/redact.js';
import type { Exit, Result } from '../result/types.js';
import { endingOf } from './ending.js';
import { fitted, plainText } from './plain-text.js';

const longestCommand = 80;

/** Such as `npm run build: exited with code 1`; without secrets, as it may get into a log. */
export function failureText(result: Result): string {
  const { exit, run } = result;
  if (exit.cause === 'not-started') return plainText(exit.message ?? 'it did not start');
  const command = fitted(plainText(redactedCommand(run.command).join(' ')), longestCommand);
  return `${command}: ${endingOf(result)?.what ?? endText(exit)}`;
}

function endText({ code, signal }: Exit): string {
  if (code !== null) return `exited with code ${code}`;
  return signal === null ? 'how it ended is unknown' : `ended by ${signal}`;
}
