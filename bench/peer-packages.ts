/** Where packages are that only peers need; the README says how to install them. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = process.env.MEMTOP_BENCH_PEERS ?? join(tmpdir(), 'memtop-bench-peers');

export const nodePeers = join(folder, 'node_modules');
