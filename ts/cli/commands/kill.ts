/** `memtop kill <pid or run>`: ends a process or a run, and everything that it started. */
import { MemtopError, RunNotFound } from '../../errors.js';
import { runsNamed } from '../../history/reference.js';
import type { Store } from '../../history/store.js';
import { inspect } from '../../inspect/inspect.js';
import type { KillOptions, KillOutcome } from '../../inspect/options.js';
import { failureLines, killedLine } from '../../report/killed.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import { store as storeFlag } from '../flags/history.js';
import { force } from '../flags/processes.js';
import { grace } from '../flags/running.js';
import { isSet, valueGiven } from '../options.js';
import { onePid } from '../pid.js';
import { positionalIfGiven } from '../positionals.js';
import { openedStore, requiredStore } from '../store.js';
import { UsageError } from '../usage-error.js';
import { print, say } from '../write.js';
import type { Command } from './command.js';

export const kill: Command = {
  usage: '[options] <pid or run>',
  about:
    'Ends a process and all its descendants, or a recorded run (given as its id, a\n' +
    'prefix of the id, last, or a label). Sends SIGTERM, then SIGKILL to what is left\n' +
    'after the grace period, and waits until all are gone. The exit code is 0 when\n' +
    'all are gone, and 1 when any is left or there is no such process or run.',
  flags: [force, grace, storeFlag],
  examples: ['memtop kill 4127', 'memtop kill --grace 10s 4127', 'memtop kill --force build'],
  async run(raw, environment) {
    const target = positionalIfGiven(raw, 'kill', 'process id or run');
    if (target === undefined) {
      throw new UsageError('kill needs a process id or a run, as in: memtop kill 4127');
    }
    const graceMs = valueGiven(grace, raw, environment);
    const options = {
      force: isSet(force, raw),
      ...(graceMs !== undefined && { graceMs }),
    };
    const isRun = !/^-?\d+$/.test(target);
    const file = isRun ? requiredStore(raw, environment, await foundConfig()) : undefined;
    let outcome: KillOutcome;
    try {
      outcome =
        isRun && file !== undefined
          ? await killRun(target, openedStore(file), options)
          : await inspect.kill(onePid(raw, 'kill'), options);
    } catch (error) {
      if (!(error instanceof MemtopError)) throw error;
      say(`memtop: ${error.message}`);
      return exitCodes.failed;
    }
    print([killedLine(outcome)]);
    for (const line of failureLines(outcome)) say(`memtop: ${line}`);
    return outcome.failed.length > 0 ? exitCodes.failed : 0;
  },
};

/** Of several runs with one label, the one in progress. */
async function killRun(
  reference: string,
  store: Store,
  options: Pick<KillOptions, 'force' | 'graceMs'>,
): Promise<KillOutcome> {
  const named = runsNamed(store, reference);
  const running = named.filter(({ state }) => state === 'running');
  const [run = named.at(-1), another] = running;
  if (!run) throw new RunNotFound(`there is no run ${reference}`);
  if (another) {
    const ids = running.map(({ id }) => id).join(', ');
    throw new RunNotFound(`${running.length} runs of that label are running; name one: ${ids}`);
  }
  return store.kill(run.id, options);
}
