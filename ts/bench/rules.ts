/** Rules for the options of a bench. */
import type { Rule } from '../tracker/rules.js';
import { segmentsOf } from './pattern.js';

/** Paths to clear must be unmistakable. */
export const clearProblem: Rule = (value) => {
  if (typeof value !== 'string' || value === '') return 'must name a path in the project';
  if (value.includes('\0')) return 'must be a path';
  if (value.startsWith('/'))
    return 'must be a path from the folder of the project, without a / first';
  const segments = segmentsOf(value);
  if (segments.includes('..')) return 'must stay in the project: .. is not allowed';
  if (segments.length === 0) return 'must name something in the project, not the project itself';
  if (segments.some(isOfGit)) return 'must not name .git';
  if (segments.includes('**')) return 'must name the folders one by one: ** is not allowed';
  if (segments[0] === '*' && segments.length === 1) return 'must not name all of the project';
  return undefined;
};

/** In any case: some file systems ignore it. */
export function isOfGit(name: string): boolean {
  return name.toLowerCase() === '.git';
}

/** Container engines. */
export const engineUses = ['auto', 'docker', 'podman'] as const;
export type EngineUse = (typeof engineUses)[number];

export const engineProblem: Rule = (value) =>
  engineUses.includes(value as EngineUse) ? undefined : `must be one of ${engineUses.join(', ')}`;
