/**
 * Whether memtop's peak and bracket match what a command needs: for workloads that are hard to
 * measure, for real programs, and for random trees of processes.
 *
 *     npm run bench:accuracy -- --runs 3 --seeds 20
 */
import { hasPidtree, type Measured, measure, measureInSameRun } from './accuracy/measured.js';
import { optionsOf, randomTrees } from './accuracy/options.js';
import { summaryOfMode, summaryOfSeeds, tableOfMode } from './accuracy/tables.js';
import { workloadNames, workloads } from './accuracy/workloads.js';
import { buildEngine } from './engine.js';
import { orUsageError } from './options.js';
import { programs } from './programs.js';
import { print } from './table.js';

const names = [...workloadNames, ...programs.map(({ name }) => name)];
const options = orUsageError(() => optionsOf(process.argv.slice(2), names));
const engine = buildEngine();
const all = [...workloads(engine), ...programs];
// Python would write its cache beside the sources.
process.env.PYTHONDONTWRITEBYTECODE = '1';
if (!hasPidtree) print('skipped: pidtree + pidusage: not found; from npm: pidtree pidusage');

const setting = { engine, modes: options.modes };
const measured: Measured[] = [];
for (const program of all) {
  if (!options.isWanted(program.name)) continue;
  process.stderr.write(`${program.name}\n`);
  const one = await measure(program, options.runs, setting);
  if (one) measured.push(one);
}
const seeds: Measured[] = [];
for (let seed = 1; options.isWanted(randomTrees) && seed <= options.seeds; seed += 1) {
  process.stderr.write(`seed ${seed}\n`);
  const command = [engine, 'random-tree', `${seed}`];
  seeds.push(await measureInSameRun({ name: `seed ${seed}`, command }, setting));
}
if (measured.length > 0) {
  for (const mode of options.modes) print('', ...tableOfMode(mode, measured));
}
print('');
for (const mode of options.modes) {
  if (measured.length > 0) print(...summaryOfMode(mode, measured));
  if (seeds.length > 0) print(...summaryOfSeeds(mode, seeds));
}
