import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Runner, TaskRule } from '../../ts/attribution/rule.js';
import { runners } from '../../ts/attribution/runners.js';
import { packageRoot } from '../../ts/package.js';

const folder = join(packageRoot, 'ts/attribution/runners');

/** Expressions for the environment, the command line and the directory. */
function expressionsOf({ env = {}, argv, cwd }: TaskRule): string[] {
  return [...Object.values(env), argv, cwd].filter((text) => typeof text === 'string');
}

function allExpressionsOf({ tasks, wrappers = [], hosts = [] }: Runner): string[] {
  return [...tasks.flatMap(expressionsOf), ...wrappers, ...hosts];
}

/** Names that a template needs, and names that stand where it can do without. */
function namesIn(template: string) {
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const optional = [...template.matchAll(/\[([^\]]*)\]/g)].flatMap(([, text = '']) => names(text));
  return { required: names(template.replaceAll(/\[[^\]]*\]/g, '')), optional };
}

function groupsOf(rule: TaskRule): string[] {
  return expressionsOf(rule).flatMap((text) =>
    [...text.matchAll(/\(\?<(\w+)>/g)].map(([, name = '']) => name),
  );
}

test('every runner is in the list', async (t) => {
  const files = readdirSync(folder);
  const exported = await Promise.all(
    files.map(async (file) => Object.values(await import(join(folder, file)))),
  );
  const byName = (list: Runner[]) => list.sort((a, b) => a.name.localeCompare(b.name));
  t.deepEqual(byName(exported.flat() as Runner[]), byName([...runners]));
});

test('no two runners have the same name', (t) => {
  t.is(new Set(runners.map(({ name }) => name)).size, runners.length);
});

test('Nx comes before Lerna, which runs its scripts through Nx', (t) => {
  const names = runners.map(({ name }) => name);
  t.true(names.indexOf('nx') < names.indexOf('lerna'));
});

for (const runner of runners.filter((one) => allExpressionsOf(one).length > 0)) {
  test(`expressions of ${runner.name} are valid and use only what the addon supports`, (t) => {
    for (const text of allExpressionsOf(runner)) {
      t.notThrows(() => new RegExp(text), text);
      t.notRegex(text, /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</, 'looks around or back');
      t.regex(text, /^[\x20-\x7e]+$/);
      t.false(new RegExp(text).test(''), `${text} matches an empty text`);
    }
  });
}

for (const runner of runners.filter(({ tasks }) => tasks.length > 0)) {
  test(`tasks of ${runner.name} are named after what their rules have`, (t) => {
    for (const rule of runner.tasks) {
      t.not(rule.env ?? rule.argv ?? rule.cwd, undefined, `${rule.task} would be every process`);
      const { required, optional } = namesIn(rule.task);
      const given = [...Object.keys(rule.env ?? {}), ...groupsOf(rule)];
      t.deepEqual(
        required.filter((name) => !given.includes(name)),
        [],
        rule.task,
      );
      t.true(optional.every((name) => /^[A-Za-z_]\w*$/.test(name)));
      t.notRegex(rule.task.replaceAll(/\{\w+\}|\[|\]/g, ''), /[{}]/);
    }
  });
}

test('every runner has at least one rule', (t) => {
  t.true(runners.every(({ tasks, wrappers = [] }) => tasks.length + wrappers.length > 0));
});

interface RecordedProcess {
  readonly case: string;
  readonly pid: number;
  readonly ppid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly task: string | null;
  readonly runner: string | null;
  readonly role: string;
}

const recorded = join(packageRoot, '__test__/fixtures/attribution');

for (const file of readdirSync(recorded)) {
  const processes: RecordedProcess[] = JSON.parse(readFileSync(join(recorded, file), 'utf8'));

  test(`${file} is named after a runner and shows tasks of it`, (t) => {
    t.true(runners.some(({ name }) => `${name}.json` === file));
    t.true(processes.some(({ runner }) => `${runner}.json` === file));
  });

  test(`every process in ${file} comes after its parent`, (t) => {
    const seen = new Set([1]);
    for (const { pid, ppid } of processes) {
      t.true(seen.has(ppid), `${pid}`);
      seen.add(pid);
    }
  });

  test(`${file} reveals nothing about the machine it was recorded on`, (t) => {
    for (const { argv, env, cwd, role } of processes) {
      t.regex(cwd, /^\/w(?:\/|$)/);
      t.true(['payload', 'wrapper', 'host', 'service'].includes(role));
      t.notRegex(JSON.stringify([argv, env]), /\/(?:home|root|Users|work)\/|token|secret|:\/\//i);
    }
  });
}
