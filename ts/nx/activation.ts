/** Whether a run of Nx is measured. Loaded with every run, so it imports nothing. */

type Environment = Readonly<Record<string, string | undefined>>;

const ours = 'MEMTOP_LOG_HEAP_USAGE';
const nx = 'NX_LOG_HEAP_USAGE';

/** Only `true` switches it on. Where both variables are set, memtop's own takes precedence. */
export function isEnabled(environment: Environment): boolean {
  return (environment[ours] ?? environment[nx]) === 'true';
}
