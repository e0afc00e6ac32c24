/** The control group of memtop: in a container the container's own, as seen from inside. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadAddon } from '../../native/load.js';
import type { Cgroup } from '../../result/types.js';

export interface OwnGroup {
  readonly version: number;
  readonly directory: string;
}

/** The composition of a group's memory. */
export interface Parts {
  readonly usedBytes: number;
  readonly anonBytes?: number | undefined;
  readonly fileBytes?: number | undefined;
}

const files = {
  1: {
    used: 'memory.usage_in_bytes',
    limit: 'memory.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
    kills: 'memory.oom_control',
    anon: 'total_rss',
    file: 'total_cache',
  },
  2: {
    used: 'memory.current',
    limit: 'memory.max',
    peak: 'memory.peak',
    kills: 'memory.events',
    anon: 'anon',
    file: 'file',
  },
} as const;

const filesOf = ({ version }: OwnGroup) => (version === 1 ? files[1] : files[2]);

/** Undefined where it cannot be seen. */
export function ownGroup(): OwnGroup | undefined {
  try {
    const { group } = loadAddon().survey();
    if (group) return { version: group.version, directory: group.directory };
  } catch {
    // The image has another C library than the addon; the usual places are tried.
  }
  return [
    { version: 2, directory: '/sys/fs/cgroup' },
    { version: 1, directory: '/sys/fs/cgroup/memory' },
  ].find((group) => existsSync(join(group.directory, filesOf(group).used)));
}

/** Identifies a group inside and outside a container. */
export function identityOf({ version, directory }: OwnGroup): string {
  return `${version}:${statSync(directory, { bigint: true }).ino}`;
}

/** Limits are rounded down to pages, which have at most 64 KiB. */
const largestPage = 64 * 1024;

export function hasLimit(group: OwnGroup, bytes: number): boolean {
  const limit = number(read(group, filesOf(group).limit));
  return limit !== undefined && limit <= bytes && limit > bytes - largestPage;
}

export function partsOf(group: OwnGroup): Parts | undefined {
  const { used, anon, file } = filesOf(group);
  const usedBytes = number(read(group, used));
  if (usedBytes === undefined) return undefined;
  const stat = read(group, 'memory.stat');
  return { usedBytes, anonBytes: entry(stat, anon), fileBytes: entry(stat, file) };
}

/** Over the life of the container, which is that of the run. */
export function groupResult(group: OwnGroup, highest: Parts | undefined): Cgroup {
  const { peak, kills } = filesOf(group);
  const peakBytes = number(read(group, peak));
  const oomKills = entry(read(group, kills), 'oom_kill');
  return {
    version: group.version,
    path: group.directory,
    ...(peakBytes !== undefined && { peakBytes }),
    ...(highest?.anonBytes !== undefined && { anonBytes: highest.anonBytes }),
    ...(highest?.fileBytes !== undefined && { fileBytes: highest.fileBytes }),
    ...(oomKills !== undefined && { oomKills }),
    escaped: 0,
  };
}

/** Undefined where this kernel has no such file. */
function read({ directory }: OwnGroup, name: string): string | undefined {
  try {
    return readFileSync(join(directory, name), 'utf8');
  } catch {
    return undefined;
  }
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function entry(text: string | undefined, key: string): number | undefined {
  const [, value] = new RegExp(`^${key} (\\d+)$`, 'm').exec(text ?? '') ?? [];
  return value === undefined ? undefined : Number(value);
}
