/** Runs commands in a view of the whole terminal. */
import { inspect } from '../../inspect/inspect.js';
import type { SnapshotRecord } from '../../native/addon.js';
import { formatBytes } from '../../report/bytes.js';
import { lookIn } from '../../report/look.js';
import type { Result, Task } from '../../result/types.js';
import type { TaskDisplay } from '../../tasks/run-task.js';
import type { OnOutput } from '../../tracker/api/pieces.js';
import { snapshotOf } from '../../tracker/api/snapshot.js';
import type { Executed } from '../../tracker/execute.js';
import type { Execution, ViewSize } from '../../tracker/native/execution.js';
import type { SessionTask } from '../../tracker/native/session.js';
import { FullView, type WatchedRun } from '../../ui/full/full.js';
import type { FullTask } from '../../ui/full/view.js';
import type { SizedProcess } from '../../ui/machine/groups.js';
import { passOn, routeMessages, say, terminalColumns } from '../write.js';
import { livingProcesses } from './living.js';

/** Shows the terminal of one command. */
export async function showCommand(
  command: readonly string[],
  begin: (size: ViewSize, onOutput: OnOutput) => Executed,
): Promise<Result> {
  const id = command.join(' ');
  const board = new Board([id]);
  const view = board.open(() => titleOf('memtop', board.snapshotOf(id)));
  try {
    const executed = begin(view.taskSize, (bytes) => view.take(id, bytes));
    board.started(id, executed, { stop: (graceMs) => executed.stop(graceMs) });
    const result = await executed.result;
    board.ended(id, result.exit.code === 0);
    await view.finish(board.isWaitedFor(result));
    return result;
  } finally {
    board.close();
    writeText(view.text(id));
  }
}

/** Shows several tasks, each in a terminal of its own. */
export async function showTasks(
  names: readonly string[],
  begin: (display: TaskDisplay, onTask: (task: Task) => void) => Promise<Result>,
): Promise<Result> {
  const board = new Board(names);
  const view = board.open(() => `memtop run ${names.join(' ')}`);
  const display: TaskDisplay = {
    get size() {
      return view.taskSize;
    },
    started: (name, execution, session) => board.started(name, execution, session),
    take: (name, bytes) => view.take(name, bytes),
  };
  const onTask = ({ id, status, exit }: Task) => {
    if (status === 'skipped') board.skipped(id);
    else board.ended(id, exit?.code === 0);
  };
  try {
    const result = await begin(display, onTask);
    await view.finish(board.isWaitedFor(result));
    return result;
  } finally {
    board.close();
    // The summary covers the tasks that succeeded.
    for (const name of board.failed) {
      say(`memtop: what ${name} has written:`);
      writeText(view.text(name));
    }
  }
}

type TaskSession = Partial<Pick<SessionTask, 'snapshot'>> & Pick<SessionTask, 'stop'>;

interface Entry {
  state: FullTask['state'];
  execution?: Pick<Execution, 'pid' | 'snapshot' | 'typeIn' | 'resize'>;
  session?: TaskSession;
  isEnding?: boolean;
  last?: Pick<FullTask, 'bytes' | 'peakBytes' | 'trend'>;
}

/** The state of each task, for the view. */
class Board implements WatchedRun {
  readonly #entries: Map<string, Entry>;
  readonly #messages: string[] = [];
  #title: () => string = () => 'memtop';
  #view: FullView | undefined;
  /** Whether a task was ended from the view. */
  #hasEnded = false;

  constructor(names: readonly string[]) {
    this.#entries = new Map(names.map((name) => [name, { state: 'waiting' }]));
  }

  open(title: () => string): FullView {
    this.#title = title;
    // The view owns the terminal, so messages are kept until it closes.
    routeMessages((text) => this.#messages.push(text) > 0);
    this.#view = new FullView(this, lookIn(process.env, terminalColumns()));
    return this.#view;
  }

  close(): void {
    this.#view?.close();
    routeMessages(undefined);
    for (const text of this.#messages) say(text);
  }

  /** A run that was ended by a signal from elsewhere does not wait for a key. */
  isWaitedFor({ exit }: Result): boolean {
    return exit.signal === null || this.#hasEnded;
  }

  get failed(): string[] {
    return [...this.#entries].filter(([, { state }]) => state === 'failed').map(([name]) => name);
  }

  started(name: string, execution: Execution | Executed, session: TaskSession) {
    this.#entries.set(name, { ...this.#entries.get(name), state: 'running', execution, session });
  }

  ended(name: string, isWell: boolean): void {
    const entry = this.#entries.get(name);
    if (entry) entry.state = isWell ? 'ended' : 'failed';
  }

  skipped(name: string): void {
    this.#entries.set(name, { state: 'skipped' });
  }

  snapshotOf(name: string): SnapshotRecord | undefined {
    const entry = this.#entries.get(name);
    if (entry?.state !== 'running') return undefined;
    return entry.session?.snapshot?.() ?? entry.execution?.snapshot();
  }

  title(): string {
    return this.#title();
  }

  tasks(): FullTask[] {
    return [...this.#entries].map(([id, entry]) => {
      const record = this.snapshotOf(id);
      // Between the end of its last process and its own end a task has no memory.
      if (record && (record.living.length > 0 || !entry.last)) {
        const { bytes, peakBytes } = snapshotOf(record);
        entry.last = { bytes, peakBytes, trend: record.tree.timeline.bytes };
      }
      const known = entry.last ?? { bytes: 0, peakBytes: 0, trend: [] };
      return { id, state: entry.state, ...known };
    });
  }

  async processesOf(name: string): Promise<readonly SizedProcess[]> {
    const listed = await inspect.list();
    return livingProcesses(this.snapshotOf(name)?.living ?? [], listed);
  }

  type(name: string, bytes: Uint8Array): void {
    this.#entries.get(name)?.execution?.typeIn(bytes);
  }

  resize(name: string, size: ViewSize): void {
    this.#entries.get(name)?.execution?.resize(size);
  }

  end(name: string): void {
    this.#hasEnded = true;
    const entry = this.#entries.get(name);
    if (!entry?.session) return;
    // A second time cuts the grace short.
    entry.session.stop(entry.isEnding ? 0 : undefined);
    entry.isEnding = true;
  }
}

function titleOf(name: string, record: SnapshotRecord | undefined): string {
  if (!record) return name;
  const { bytes, peakBytes, processes } = snapshotOf(record);
  const count = `${processes.length} ${processes.length === 1 ? 'process' : 'processes'}`;
  return `${name}: ${formatBytes(bytes)}, peak ${formatBytes(peakBytes)}, ${count}`;
}

function writeText(lines: readonly string[]): void {
  passOn(1, lines.map((line) => `${line}\n`).join(''));
}
