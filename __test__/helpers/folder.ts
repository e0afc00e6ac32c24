/** A folder that is gone when its test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { ifCutOff } from './cut-off.js';

export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'memtop-test-'));
  // A process that has just been killed may still write.
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const callOff = ifCutOff(remove);
  t.teardown(() => {
    remove();
    callOff();
  });
  return folder;
}
