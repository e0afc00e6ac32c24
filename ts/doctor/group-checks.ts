/** What control groups can measure here, and how much memory a run can have. */
import type { Survey } from '../native/addon.js';
import { formatBytes } from '../report/bytes.js';
import { type Check, check } from '../report/check.js';

export function groupChecks(survey: Survey): Check[] {
  return [
    own(survey),
    ofARun(survey),
    peak(survey),
    memory(survey),
    swap(survey),
    pressure(survey),
  ];
}

function own({ group, groupProblem = 'unknown' }: Survey): Check {
  return group
    ? check('cgroup', 'cgroup', 'ok', `version ${group.version}, ${group.path}`)
    : check('cgroup', 'cgroup', 'missing', groupProblem);
}

function ofARun({ runGroup, runGroupProblem }: Survey): Check {
  if (runGroup) {
    return check('run-cgroup', 'group for a run', 'ok', 'can be made');
  }
  const { reason = 'unknown', remedy } = runGroupProblem ?? {};
  return check('run-cgroup', 'group for a run', 'missing', reason, remedy);
}

function peak({ group, runGroup }: Survey): Check {
  const line = (state: Check['state'], fact: string, advice?: string) =>
    check('exact-peak', 'exact peak', state, fact, advice);
  if (runGroup?.peak) return line('ok', 'kept by the kernel for each run, page cache included');
  if (runGroup) return line('missing', 'not kept by this kernel', 'use Linux 5.19 or later');
  if (group?.features.peakSince) {
    return line('limited', 'kept for all that is in the own group, from any moment on');
  }
  if (group?.features.peak) {
    return line('limited', 'kept for all that is and was in the own group');
  }
  return line('missing', 'there is no group whose peak the kernel keeps');
}

/** The machine's memory or the group's, whichever is less. */
function memory({ memory, group }: Survey): Check {
  const line = (state: Check['state'], fact: string) => check('memory', 'memory', state, fact);
  if (!memory) return line('missing', 'the kernel does not report it');
  const available = formatBytes(memory.availableBytes);
  const machine = `${formatBytes(memory.totalBytes)}, ${available} of it available`;
  const max = group?.max;
  const high = group?.high;
  const slowed = high ? `; slowed down past ${formatBytes(high.bytes)} (${high.group})` : '';
  if (max && max.bytes < memory.totalBytes) {
    const limit = `${formatBytes(max.bytes)} at most, set by ${max.group}`;
    return line('limited', `${limit}${slowed}; the machine has ${machine}`);
  }
  return line(high ? 'limited' : 'ok', `${machine}, without a limit${slowed}`);
}

function swap({ memory, group }: Survey): Check {
  const line = (fact: string) => check('swap', 'swap', 'ok', fact);
  if (!memory || memory.swapTotalBytes === 0) return line('none');
  const { swapTotalBytes, swapFreeBytes } = memory;
  const machine = `${formatBytes(swapTotalBytes)}, ${formatBytes(swapFreeBytes)} of it free`;
  const max = group?.swapMax;
  return line(
    max && max.bytes < swapTotalBytes
      ? `${formatBytes(max.bytes)} at most, of ${machine}`
      : machine,
  );
}

function pressure({ pressure, group }: Survey): Check {
  const found = group?.pressure ?? pressure;
  const whose = group?.pressure ? 'the own group' : 'the machine';
  return found
    ? check(
        'pressure',
        'pressure',
        'ok',
        `${found.someAvg10}% of the last 10s was spent waiting for memory in ${whose}`,
      )
    : check(
        'pressure',
        'pressure',
        'missing',
        'the kernel does not report how long processes wait for memory',
        'boot it with psi=1',
      );
}
