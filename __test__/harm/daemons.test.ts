import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { isAlive } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { type Before, harmless } from '../helpers/harmless.js';
import { Running, until, withoutMemtop } from '../helpers/processes.js';

/** Writes its pid and keeps running. */
const daemon = 'echo $$ > new; mv new pid; exec sleep 1000 < /dev/null > /dev/null 2>&1';

/** Ways in which a command leaves a process running. */
const launches: Record<string, string> = {
  'in the background': 'sh daemon &',
  'started by nohup': 'nohup sh daemon < /dev/null > /dev/null 2>&1 &',
  'in a session of its own': 'setsid sh daemon &',
  'forked twice': "setsid sh -c 'sh daemon &' &",
};

for (const [how, launch] of Object.entries(launches)) {
  harmless(`a daemon ${how} lives on, in the same group and session`, async (t, before) => {
    const { pid, launcher } = await launched(t, before, launch);
    t.true(isAlive(pid));
    await until(() => isOrphan(pid, launcher), 'the parent of the daemon to end');
    return relations(pid, launcher);
  });
}

async function launched(t: ExecutionContext, { args }: Before, launch: string) {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'daemon'), daemon);
  const wait = 'until test -e pid; do :; done; exit 3';
  const [program = '', ...rest] = [...args, 'sh', '-c', `${launch}\n${wait}`];
  const running = new Running(program, rest, { cwd: folder, env: withoutMemtop(process.env) });
  t.teardown(async () => {
    const file = join(folder, 'pid');
    if (!existsSync(file)) return;
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), 'the daemon to end');
  });
  const { code } = await running.finished();
  t.is(code, 3);
  return { pid: Number(readFileSync(join(folder, 'pid'), 'utf8')), launcher: running.pid };
}

interface Place {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly terminal: number;
}

function placeOf(pid: number): Place {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, ...ids] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [parent = 0, group = 0, session = 0, terminal = 0] = ids.map(Number);
  return { parent, group, session, terminal };
}

function isOrphan(pid: number, launcher: number): boolean {
  const { parent, session } = placeOf(pid);
  // With hidepid nothing can be read about it.
  if (parent === 1) return true;
  try {
    return ![session, launcher].includes(placeOf(parent).session);
  } catch {
    // It has just ended.
    return false;
  }
}

/** The relations of an orphan, in terms that are the same in every run. */
function relations(pid: number, launcher: number) {
  const { parent, group, session, terminal } = placeOf(pid);
  const named = (id: number) =>
    id === launcher ? 'the launcher' : id === pid ? 'itself' : 'another';
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    parent,
    group: named(group),
    session: named(session),
    terminal,
    ignored: /^SigIgn:\t(.*)$/m.exec(status)?.[1],
    controlGroups: readFileSync(`/proc/${pid}/cgroup`, 'utf8'),
  };
}
