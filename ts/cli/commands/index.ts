/** Every command. All but the main one are loaded when they are called. */
import type { Commands } from './command.js';
import { exec } from './exec.js';

export const commands: Commands = {
  exec: {
    summary: 'run a command and measure it; the same without the word',
    load: async () => exec,
  },
  run: {
    summary: 'run tasks of the config or scripts of package.json, and measure each',
    load: async () => (await import('./run.js')).run,
  },
  bench: {
    summary: 'measure a build: clear, run, verify, repeat, keep the result under a label',
    load: async () => (await import('./bench.js')).bench,
  },
  diff: {
    summary: 'compare the memory of two runs, or of two groups of runs',
    load: async () => (await import('./diff.js')).diff,
  },
  gate: {
    summary: 'fail when a run has needed more memory than is allowed',
    load: async () => (await import('./gate.js')).gate,
  },
  attach: {
    summary: 'measure a process that is already running, and everything it starts',
    load: async () => (await import('./attach.js')).attach,
  },
  ps: {
    summary: 'show processes and their memory, the largest first',
    load: async () => (await import('./ps.js')).ps,
  },
  kill: {
    summary: 'end a process or a run, and everything that it started',
    load: async () => (await import('./kill.js')).kill,
  },
  history: {
    summary: 'show what was run, and where its memory is going',
    load: async () => (await import('./history.js')).history,
  },
  show: {
    summary: 'show the report of a run again',
    load: async () => (await import('./show.js')).show,
  },
  prune: {
    summary: 'remove old runs from the store',
    load: async () => (await import('./prune.js')).prune,
  },
  doctor: {
    summary: 'say what can be measured here, and why not the rest',
    load: async () => (await import('./doctor.js')).doctor,
  },
  help: {
    summary: 'explain a command or a topic',
    load: async () => (await import('./help.js')).helpAbout(commands),
  },
  completion: {
    summary: 'print what makes a shell complete commands and flags',
    load: async () => (await import('./completion.js')).completionOf(commands),
  },
};
