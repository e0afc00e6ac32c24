/** Where the packages of peers are that nobody else needs; the README says how they get there. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = process.env.MEMTOP_BENCH_PEERS ?? join(tmpdir(), 'memtop-bench-peers');

export const nodePeers = join(folder, 'node_modules');
