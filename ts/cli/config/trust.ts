/** Whether a config may be used. It is code, so it must not be another user's. */
import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../errors.js';
import { shellWord } from '../../report/shell-word.js';

/** Why a config is not used, and how that can be changed. */
export interface Distrust {
  readonly reason: string;
  readonly remedy?: string;
}

/** In such a folder, users can only replace files of their own. */
const sticky = 0o1000;
const writableByAll = 0o002;

/**
 * Undefined where it may be used. A link counts like the file that it leads to. Modes of the group
 * are not considered: many systems have a group for each user.
 */
export function distrust(path: string): Distrust | undefined {
  try {
    return examined(path);
  } catch (error) {
    return { reason: messageOf(error) };
  }
}

function examined(path: string): Distrust | undefined {
  const file = statSync(path);
  const folder = dirname(path);
  const above = statSync(folder);
  for (const [what, { uid }] of [
    ['it', file],
    ['the link', lstatSync(path)],
    ['its folder', above],
  ] as const) {
    if (!isTrusted(uid)) return { reason: `${what} belongs to user ${uid}` };
  }
  if (isWritableByAll(file)) {
    return { reason: 'every user can write to it', remedy: `chmod o-w ${shellWord(path)}` };
  }
  if (isWritableByAll(above) && (above.mode & sticky) === 0) {
    return {
      reason: 'every user can write to its folder',
      remedy: `chmod o-w ${shellWord(folder)}`,
    };
  }
  return undefined;
}

/** This user, root, and who has become root with sudo. Windows has no such ids. */
function isTrusted(uid: number): boolean {
  const own = process.geteuid?.();
  if (own === undefined || uid === own || uid === 0) return true;
  const { SUDO_UID } = process.env;
  return own === 0 && SUDO_UID !== undefined && /^\d+$/.test(SUDO_UID) && uid === Number(SUDO_UID);
}

function isWritableByAll({ mode }: Stats): boolean {
  return process.geteuid !== undefined && (mode & writableByAll) !== 0;
}
