/** The flags of what runs and measures something, in the order of the help. */
import { guardingFlags } from './guarding.js';
import { recordingFlags } from './history.js';
import { findingFlags, measuringFlags } from './measuring.js';
import { reportingFlags } from './reporting.js';
import { runningFlags } from './running.js';

export const runFlags = {
  ...measuringFlags,
  ...guardingFlags,
  ...runningFlags,
  ...recordingFlags,
  ...reportingFlags,
};

export const commandFlags = { ...runFlags, ...findingFlags };
