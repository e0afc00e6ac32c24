/** What the facts mean for measuring: one check per line, in reading order. */
import type { KernelEvents, ProcessSurvey, Survey, TracingSurvey } from '../native/addon.js';
import { formatBytes } from '../report/bytes.js';
import { type Check, check } from '../report/check.js';
import type { Facts } from './facts.js';
import { groupChecks } from './group-checks.js';
import { residentErrorBytes } from './kernel.js';

/** A smaller error is lost in the ordinary fluctuation of any process. */
const noticeableBytes = 8 * 1024 * 1024;

/** memtop keeps one descriptor open per process, and a few of its own. */
const fewOpenFiles = 1024;

export function checks(facts: Facts): Check[] {
  const { survey } = facts;
  if ('unavailable' in survey) {
    return [
      check('addon', 'addon', 'missing', survey.unavailable),
      check('kernel', 'kernel', 'ok', facts.kernel),
      check('memory', 'memory', 'ok', `${formatBytes(facts.memoryBytes)} in the machine`),
      check('rest', 'the rest', 'missing', 'it takes the addon; commands run unmeasured'),
    ];
  }
  return [
    check('addon', 'addon', 'ok', `loaded, for ${facts.os} on ${facts.arch}`),
    kernel(facts, survey.pageBytes),
    ...(survey.procProblem === undefined ? everything(survey) : [withoutProc(survey.procProblem)]),
    openFiles(survey.openFiles),
  ];
}

function everything(survey: Survey): Check[] {
  const { processes, tracing, kernelEvents } = survey;
  const needsTracing = kernelEvents.refused !== undefined;
  return [
    ...(processes ? [table(processes, tracing), pss(processes)] : []),
    events(kernelEvents, tracing),
    ...(tracing && needsTracing ? [trace(tracing)] : []),
    ...groupChecks(survey),
  ];
}

function withoutProc(problem: string): Check {
  return check(
    'proc',
    'processes',
    'missing',
    `${problem}; commands run unmeasured`,
    'mount it: mount -t proc proc /proc',
  );
}

function kernel({ kernel, cpus }: Facts, pageBytes: number): Check {
  const error = residentErrorBytes(kernel, cpus, pageBytes);
  if (error === undefined) return check('kernel', 'kernel', 'ok', kernel);
  if (error === 0) return check('kernel', 'kernel', 'ok', `${kernel}, resident memory is exact`);
  const fact = `${kernel}, resident memory may be wrong by ${formatBytes(error)} a process`;
  return error < noticeableBytes
    ? check('kernel', 'kernel', 'ok', fact)
    : check('kernel', 'kernel', 'limited', fact, 'it is exact from Linux 6.16 on');
}

function table(
  { visible, unreadable, hidepid }: ProcessSurvey,
  tracing: TracingSurvey | undefined,
): Check {
  const seen = `${visible} visible${unreadable > 0 ? `, ${unreadable} of them unreadable` : ''}`;
  if (hidepid !== undefined && !seesAllUsers(tracing)) {
    const fact = `${seen}; /proc hides those of other users (hidepid=${hidepid})`;
    return check('proc', 'processes', 'limited', fact, 'root sees all of them');
  }
  return check('proc', 'processes', unreadable > 0 ? 'limited' : 'ok', seen);
}

function pss({ ownPss, othersPss }: ProcessSurvey): Check {
  const line = (state: Check['state'], fact: string, advice?: string) =>
    check('pss', 'shared memory', state, fact, advice);
  if (ownPss === 'absent') {
    return line('missing', 'the kernel does not report shared memory', 'use Linux 4.14 or later');
  }
  if (ownPss !== 'readable') return line('missing', 'smaps_rollup may not be read');
  switch (othersPss) {
    case 'readable':
      return line('ok', "readable for every user's processes");
    case 'denied':
      return line(
        'limited',
        "readable for this user's processes only",
        'others need CAP_SYS_PTRACE',
      );
    default:
      return line('ok', "readable for this user's processes; no others to try");
  }
}

function events(
  { refused, withoutHighWater }: KernelEvents,
  tracing: TracingSurvey | undefined,
): Check {
  const line = (state: Check['state'], fact: string, advice?: string) =>
    check('events', 'process events', state, fact, advice);
  if (refused !== undefined) {
    const advice = 'run outside of containers and sandboxes, with Linux 6.6 or as root';
    return line('missing', refused, advice);
  }
  if (withoutHighWater === undefined) {
    return line('ok', 'sent by the kernel, with the peak of each process that ends');
  }
  const advice = tracing?.isSuperuser ? 'run outside of containers and sandboxes' : 'run as root';
  return line('limited', `sent by the kernel; ${withoutHighWater}`, advice);
}

function trace(tracing: TracingSurvey): Check {
  const line = (state: Check['state'], fact: string, advice?: string) =>
    check('ptrace', 'tracing', state, fact, advice);
  const { refused, isSuperuser, hasCapability, hasNoNewPrivileges, yamaScope, seccompMode } =
    tracing;
  if (refused !== undefined) {
    const filter = seccompMode ? ` by a filter (seccomp mode ${seccompMode})` : '';
    const advice = 'let the container make the system call ptrace';
    return line('missing', `refused${filter}: ${refused}`, advice);
  }
  const yama = yamaScope === undefined ? '' : `, Yama's ptrace_scope is ${yamaScope}`;
  if (yamaScope === 3) return line('missing', `forbidden for all users${yama}`);
  if (hasCapability ?? isSuperuser) return line('ok', `in use, by CAP_SYS_PTRACE${yama}`);
  const advice = isSuperuser ? 'give the container CAP_SYS_PTRACE' : 'run as root';
  if (yamaScope === 2) {
    return line('missing', `forbidden without CAP_SYS_PTRACE${yama}`, advice);
  }
  if (hasNoNewPrivileges) {
    return line('ok', `in use, since no program can gain rights here (no_new_privs)${yama}`);
  }
  return line(
    'limited',
    `only with --trace ptrace: traced setuid programs lose their rights${yama}`,
    advice,
  );
}

/** The kernel asks the same of both: may this process inspect the other one? */
function seesAllUsers(tracing: TracingSurvey | undefined): boolean {
  return tracing?.hasCapability ?? tracing?.isSuperuser ?? false;
}

function openFiles(limit: number | undefined): Check {
  if (limit === undefined) return check('open-files', 'open files', 'ok', 'any number');
  return limit >= fewOpenFiles
    ? check('open-files', 'open files', 'ok', `up to ${limit}`)
    : check(
        'open-files',
        'open files',
        'limited',
        `up to ${limit}, and memtop keeps one a process open`,
        `raise the limit before memtop starts: ulimit -Hn ${fewOpenFiles}`,
      );
}
