/** Runs in the container, and measures the command and the container's group. */
import { readFileSync, writeFileSync } from 'node:fs';
import { messageOf } from '../../errors.js';
import type { Result } from '../../result/types.js';
import { execute } from '../../tracker/execute.js';
import { asWarning } from '../../tracker/result/result.js';
import { type Job, readJob, writeReport } from './exchange.js';
import { connectLifeline, isGone } from './lifeline.js';
import {
  groupResult,
  hasLimit,
  identityOf,
  type OwnGroup,
  ownGroup,
  type Parts,
  partsOf,
} from './own-group.js';

const sampleIntervalMs = 100;
const oomScore = '/proc/self/oom_score_adj';
/** Added for the command, of a thousand, so that the kernel kills it rather than memtop. */
const oomHandicap = 500;

/** The exit code of engines for a failure of their own. */
const failedBeforeStart = 125;
const [, , folder = '', samplesFile = ''] = process.argv;
const job = readJob(folder);
let { lifelineTrouble } = job;
const outside =
  lifelineTrouble === undefined ? await connectLifeline(folder).catch(unlessGone) : undefined;
const group = groupOfContainer(job);
const baselineBytes = group && partsOf(group)?.usedBytes;
const highest = group && watch(group);
const running = startJob(job);
outside?.once('close', () => running.stop());
const ended = await running.result;
outside?.removeAllListeners('close');
writeReport(folder, {
  result: withWarnings(withGroup(ended)),
  ...(baselineBytes !== undefined && { baselineBytes }),
  isLimited: isLimited(job),
});

/** Starts nothing once memtop is gone. */
function unlessGone(error: unknown): undefined {
  if (isGone(error)) process.exit(failedBeforeStart);
  lifelineTrouble = messageOf(error);
}

function withWarnings(result: Result): Result {
  if (lifelineTrouble === undefined) return result;
  const message = `the container goes on if memtop is killed: ${lifelineTrouble}`;
  return { ...result, warnings: [...result.warnings, asWarning(message)] };
}

/** Engines that may not create groups leave the container in their own. */
function groupOfContainer({ outerGroup }: Job): OwnGroup | undefined {
  const group = ownGroup();
  return group && identityOf(group) === outerGroup ? undefined : group;
}

function withGroup({ missing = {}, ...result }: Result): Result {
  const { cgroup: _, ...others } = missing;
  if (!group) {
    return { ...result, missing: { ...others, cgroup: 'the container has none of its own' } };
  }
  const isMissing = Object.keys(others).length > 0;
  const cgroup = groupResult(group, highest?.());
  return { ...result, cgroup, ...(isMissing && { missing: others }) };
}

function isLimited({ memoryLimitBytes }: Job): boolean {
  return group !== undefined && memoryLimitBytes !== undefined && hasLimit(group, memoryLimitBytes);
}

/** Lets the out-of-memory killer choose the command, not the memtop that reports it. */
function startJob(job: Job) {
  const { command, memoryLimitBytes } = job;
  // With a limit of its own the kernel decides whether the command fits.
  const guard = isLimited(job) ? false : job.options.guard;
  const options = { ...job.options, guard, samplesFile };
  const host = { standsIn: true, ownDescriptors: [] };
  if (memoryLimitBytes === undefined) return execute(command, options, host);
  const before = score();
  setScore(before === undefined ? undefined : Math.min(1000, before + oomHandicap));
  try {
    return execute(command, options, host);
  } finally {
    setScore(before);
  }
}

function score(): number | undefined {
  try {
    return Number(readFileSync(oomScore, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Where the score cannot be set, memtop may be killed, and the missing report is reported. */
function setScore(value: number | undefined): void {
  if (value === undefined) return;
  try {
    writeFileSync(oomScore, `${value}`);
  } catch {
    // See above.
  }
}

/** Samples the group until the highest sample is requested. */
function watch(group: OwnGroup): () => Parts | undefined {
  let highest: Parts | undefined;
  const look = () => {
    const parts = partsOf(group);
    if (parts && parts.usedBytes >= (highest?.usedBytes ?? 0)) highest = parts;
  };
  look();
  const timer = setInterval(look, sampleIntervalMs);
  return () => {
    clearInterval(timer);
    return highest;
  };
}
