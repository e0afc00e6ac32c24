/** Runs programs on a terminal of `script`, whose screen is a pipe. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

type Stdio = 'ignore' | 'inherit' | 'pipe';

const ticksPerSecond = 100;

export function onTerminal(command: string, stdio: readonly Stdio[]): ChildProcess {
  return spawn('script', ['-q', '-e', '-c', command, '/dev/null'], {
    stdio: [...stdio],
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color', CI: '' },
  });
}

/** Of the child of `script`; undefined before its start and after its end. */
export function pidOn(terminal: ChildProcess): number | undefined {
  try {
    const { pid } = terminal;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children);
  } catch {
    return undefined;
  }
}

/** CPU time that a process has used so far. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
