/** What the benches record goes into a folder of their own, which is gone when they have ended. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const dataFolder: string = mkdtempSync(join(tmpdir(), 'memtop-bench-'));

process.env.XDG_DATA_HOME = dataFolder;
delete process.env.MEMTOP_STORE;
process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true }));
