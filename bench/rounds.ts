/** Repeated measurements of several commands. */
import { spawnSync } from 'node:child_process';

interface Rounds {
  readonly runs: number;
  /** Rounds before the first that counts. */
  readonly warmUps?: number;
}

/** Measures each of them once a round, so that a busy period of the machine affects all alike. */
export async function inRounds<Command, Measured>(
  commands: Iterable<readonly [name: string, command: Command]>,
  { runs, warmUps = 0 }: Rounds,
  measure: (command: Command) => Measured | Promise<Measured>,
): Promise<Map<string, Measured[]>> {
  const all = [...commands];
  const found = new Map(all.map(([name]): [string, Measured[]] => [name, []]));
  for (let round = -warmUps; round < runs; round += 1) {
    for (const [name, command] of all) {
      const measured = await measure(command);
      if (round >= 0) found.get(name)?.push(measured);
    }
  }
  return found;
}

/** How long a command takes, which must succeed. */
export function wallTimeMs([program = '', ...args]: readonly string[], cwd: string): number {
  const startedAtNs = process.hrtime.bigint();
  const { error, status } = spawnSync(program, args, { cwd, stdio: 'ignore' });
  const durationMs = Number(process.hrtime.bigint() - startedAtNs) / 1e6;
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${status}`);
  return durationMs;
}
