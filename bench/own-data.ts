/** Lets the benches record into a temporary folder, which is removed at exit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const dataFolder: string = mkdtempSync(join(tmpdir(), 'memtop-bench-'));

process.env.XDG_DATA_HOME = dataFolder;
delete process.env.MEMTOP_STORE;
process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true }));
