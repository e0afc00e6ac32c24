import { type CgroupUse, cgroupProblem, cgroupUses } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const cgroup: Valued<CgroupUse> = {
  name: 'cgroup',
  value: cgroupUses.join('|'),
  variable: 'MEMTOP_CGROUP',
  summary:
    "a control group for the run, for the kernel's own peak; default: where there can be one",
  read: (text) => allowed(text as CgroupUse, cgroupProblem),
};
