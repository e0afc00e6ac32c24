/** Flags of `memtop bench`. */
import { defaultImage } from '../../bench/container/plan.js';
import { clearProblem, type EngineUse, engineProblem, engineUses } from '../../bench/rules.js';
import { UsageError } from '../usage-error.js';
import { baseline, maxIncrease, out } from './comparing.js';
import type { Repeatable, Switch, Valued } from './flag.js';
import { allowed, readBytes, readCount, readName } from './readers.js';

const runs: Valued<number> = {
  name: 'runs',
  short: 'n',
  value: 'N',
  summary: 'run the command N times, for median and spread',
  read: (text) => readCount(text, 1, 1000),
};

const warmup: Valued<number> = {
  name: 'warmup',
  value: 'N',
  summary: 'run it N times first, without counting those runs',
  read: (text) => readCount(text, 0, 100),
};

export const clear: Repeatable<string> = {
  name: 'clear',
  value: 'PATH',
  isRepeatable: true,
  summary: 'remove PATH from the project before each run; * matches within a name; can be repeated',
  read: (text) => allowed(text, clearProblem),
};

const skipClear: Switch = {
  name: 'skip-clear',
  summary: 'remove nothing, for an incremental build',
};

export const verify: Repeatable<string> = {
  name: 'verify',
  value: 'PATH',
  isRepeatable: true,
  summary: 'fail with 121 unless the run wrote PATH, which may hold * and **; can be repeated',
  read: readName('a path'),
};

export const verifyOptional: Repeatable<string> = {
  name: 'verify-optional',
  value: 'PATH',
  isRepeatable: true,
  summary: 'like --verify, but only report it; can be repeated',
  read: readName('a path'),
};

const rootfs: Valued<string> = {
  name: 'rootfs',
  value: 'DIR',
  summary: 'run it in a container with DIR as its root file system (podman only)',
  read: readName('a folder'),
};

const image: Valued<string> = {
  name: 'image',
  value: 'REF',
  summary: `run it in a container of this image (default ${defaultImage})`,
  read(text) {
    // The engine would read it as a flag of its own.
    if (text === '' || text.startsWith('-')) throw new UsageError('must name an image');
    return text;
  },
};

const engine: Valued<EngineUse> = {
  name: 'engine',
  value: engineUses.join('|'),
  summary: 'the container engine (default: the first that works)',
  read: (text) => allowed(text as EngineUse, engineProblem),
};

const memory: Valued<number> = {
  name: 'memory',
  value: 'SIZE',
  summary: 'memory limit of the container, to see whether the command fits in it',
  read: readBytes,
};

const jsonOnly: Switch = {
  name: 'json-only',
  summary: 'print nothing but the result line on standard output',
};

/** A bench also takes the flags of one command. */
export const benchFlags = {
  ...{ clear, isIncremental: skipClear, verify, verifyOptional },
  ...{ runs, warmups: warmup, baseline, maxIncrease },
  ...{ image, rootfs, memoryLimitBytes: memory, engine },
  ...{ out, isJsonOnly: jsonOnly },
};
