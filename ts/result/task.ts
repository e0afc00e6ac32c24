/** One task of a result. */
import type { Task } from './types.js';

/** A tracked tree, or a task that was found, as in `tasks` of a result. */
export type TaskResult = Task & Required<Pick<Task, 'durationMs' | 'processCount'>>;
