/** Records a run that has already ended. */
import type { Result } from '../result/types.js';
import { withoutSecrets } from '../tracker/native/recording.js';
import { storedCommand } from '../tracker/result/stored-command.js';
import { Store } from './store.js';

/** @throws SystemError when the store cannot be used */
export function recordEnded(file: string, result: Result): void {
  const { run, memtopVersion, timeline } = result;
  const { atMs = [], bytes = [] } = timeline ?? {};
  using store = Store.openOrMake(file);
  store.add({
    run: { ...run, memtopVersion, command: storedCommand(run.command), state: 'ended' },
    result: JSON.parse(JSON.stringify(result, withoutSecrets)),
    timeline: { sums: atMs.map((at, index) => [Math.round(at), bytes[index] ?? 0]), processes: [] },
  });
}
