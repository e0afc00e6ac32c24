/** Why a command has failed, in one sentence. */
import type { Exit, Result } from '../result/types.js';
import { redactedCommand } from './crash/redact.js';
import { endingOf } from './ending.js';
import { fitted, plainText } from './plain-text.js';

const longestCommand = 80;

/** Whether it is not known to have ended well, all by itself. */
export function hasFailed({ exit }: { readonly exit?: Exit }): boolean {
  return exit !== undefined && (exit.cause !== 'exit' || exit.code !== 0);
}

/** Such as `npm run build: exited with code 1`; it may get into a log, so no secret is in it. */
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
