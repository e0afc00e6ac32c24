/** One task of a result. */
import type { Task } from './types.js';

/** What is known of one tracked tree, or of one task that was found; as in `tasks` of a result. */
export type TaskResult = Task & Required<Pick<Task, 'durationMs' | 'processCount'>>;
