/** All commands. All but the main one are loaded on demand. */
import type { Commands } from './command.js';
import { exec } from './exec.js';

export const commands: Commands = {
  exec: {
    summary: 'run a command and measure it (the default)',
    load: async () => exec,
  },
  run: {
    summary: 'run tasks from the config or scripts from package.json, and measure each',
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
    summary: 'fail when a run needed more memory than allowed',
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
    summary: 'end a process or a run, and everything it started',
    load: async () => (await import('./kill.js')).kill,
  },
  history: {
    summary: 'show recorded runs and the trend of their memory',
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
    summary: 'report what can be measured here, and why not the rest',
    load: async () => (await import('./doctor.js')).doctor,
  },
  help: {
    summary: 'explain a command or a topic',
    load: async () => (await import('./help.js')).helpAbout(commands),
  },
  completion: {
    summary: 'print a completion script for a shell',
    load: async () => (await import('./completion.js')).completionOf(commands),
  },
};
