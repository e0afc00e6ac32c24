/** A folder that is gone when its test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'memtop-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
