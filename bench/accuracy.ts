/**
 * Whether memtop's peak is what a command needs, and whether its bracket holds that: for workloads
 * that are hard to measure, for real programs, and for random trees of processes.
 *
 *     npm run bench:accuracy -- --runs 3 --seeds 20
 */
import { hasPidtree, type Measured, measure, type Rounds } from './accuracy/measured.js';
import { optionsOf, randomTrees } from './accuracy/options.js';
import { summaryOfMode, summaryOfSeeds, tableOfMode } from './accuracy/tables.js';
import { workloads } from './accuracy/workloads.js';
import { buildEngine } from './engine.js';
import { type Program, programs } from './programs.js';
import { print } from './table.js';

const options = optionsOf(process.argv.slice(2));
const engine = buildEngine();
// Nobody's programs are to write beside their sources.
process.env.PYTHONDONTWRITEBYTECODE = '1';
if (!hasPidtree) print('skipped: pidtree + pidusage: not found; from npm: pidtree pidusage');

const rounds: Rounds = {
  engine,
  modes: options.modes,
  rounds: options.runs,
  truthsARound: options.runs === 1 ? 2 : 1,
  withPeers: true,
};
const measured = await measureAll([...workloads(engine), ...programs], rounds);
const seeds = options.isWanted(randomTrees)
  ? await measureAll(randomTreesOf(options.seeds), {
      ...rounds,
      rounds: 1,
      truthsARound: 2,
      withPeers: false,
    })
  : [];
for (const mode of options.modes) print('', ...tableOfMode(mode, measured));
print('');
for (const mode of options.modes) {
  if (measured.length > 0) print(...summaryOfMode(mode, measured));
  print(...summaryOfSeeds(mode, seeds));
}

async function measureAll(list: readonly Program[], rounds: Rounds): Promise<Measured[]> {
  const all: Measured[] = [];
  for (const program of list) {
    if (!options.isWanted(program.name) && !program.name.startsWith('seed ')) continue;
    process.stderr.write(`${program.name}\n`);
    const one = await measure(program, rounds);
    if (one) all.push(one);
  }
  return all;
}

function randomTreesOf(seeds: number): Program[] {
  return Array.from({ length: seeds }, (_, index) => ({
    name: `seed ${index + 1}`,
    command: [engine, 'random-tree', `${index + 1}`],
  }));
}
