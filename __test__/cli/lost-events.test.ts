/** Events that the kernel had no room for, since memtop did not read them in time. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Result } from '../../ts/result/types.js';
import { unlessEventsAreSent } from '../helpers/events.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, Running, until } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';

/** More starts and ends than the largest buffer has room for. */
const storm = 'i=0; while [ $i -lt 14000 ]; do (:); i=$((i+1)); done';
const later = "perl -e '$held = q(x) x (50 << 20); select undef, undef, undef, 0.5'";
const script = `echo ready; read line; ${storm}; echo over; read line; ${later}; exit 7`;

const withEvents = testNeeding(unlessEventsAreSent() ?? whatIsMissing(['perl']));
withEvents('a stop of memtop loses events of that time alone', async (t) => {
  const flags = ['-q', '--cgroup', 'off', '--no-store', '--trace', 'kernel', '--json', '-'];
  const memtop = new Running(process.execPath, [cliPath, ...flags, '--', 'sh', '-c', script]);
  await memtop.printed('ready');
  process.kill(memtop.pid, 'SIGSTOP');
  await until(() => stateOf(memtop.pid) === 'T', 'memtop to stop');
  const sockets = descriptorsOf(memtop.pid);
  memtop.child.stdin?.write('\n');
  await memtop.printed('over');
  t.true(waitingBytes(sockets) > 0);
  process.kill(memtop.pid, 'SIGCONT');
  await until(() => waitingBytes(sockets) === 0, 'memtop to have read all events');
  memtop.child.stdin?.end('\n');

  const { code, stdout, stderr } = await memtop.finished();
  t.deepEqual([code, stderr], [7, '']);
  const [, json = ''] = stdout.toString().split('over\n');
  const { sampling, peak }: Result = JSON.parse(json);
  t.true((sampling.lostEvents ?? 0) > 0);
  t.deepEqual(
    peak?.rollup?.map(({ name }) => name),
    ['perl', 'sh'],
  );
});

function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}

/** What a process that is stopped has open. */
function descriptorsOf(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`;
  return new Set(readdirSync(folder).map((fd) => readlinkSync(`${folder}/${fd}`)));
}

/** What waits to be read in those of these that are netlink sockets. */
function waitingBytes(own: ReadonlySet<string>): number {
  const [, ...sockets] = readFileSync('/proc/net/netlink', 'utf8').trim().split('\n');
  return sockets
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => own.has(`socket:[${fields.at(-1)}]`))
    .reduce((sum, fields) => sum + Number(fields[4]), 0);
}
