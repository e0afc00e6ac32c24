/** Whether a run of Nx is to be measured. Loaded with every run, so it needs nothing. */

type Environment = Readonly<Record<string, string | undefined>>;

const ours = 'MEMTOP_LOG_HEAP_USAGE';
const nx = 'NX_LOG_HEAP_USAGE';

/** Exactly `true` asks for it. Where both variables are set, memtop's own decides. */
export function isAskedFor(environment: Environment): boolean {
  return (environment[ours] ?? environment[nx]) === 'true';
}
