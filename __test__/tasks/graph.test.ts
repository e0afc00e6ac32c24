import test from 'ava';
import { planOf } from '../../ts/tasks/graph.js';

const finder = (tasks: Record<string, string[]>) => (name: string) => {
  const dependsOn = tasks[name];
  return dependsOn && { dependsOn };
};

function orderOf(names: string[], tasks: Record<string, string[]>): string[] {
  const plan = planOf(names, finder(tasks));
  return 'tasks' in plan ? [...plan.tasks.keys()] : [];
}

test('each task appears once, after its dependencies', (t) => {
  const tasks = { a: ['b', 'c'], b: ['d'], c: ['d'], d: [], e: [] };
  t.deepEqual(orderOf(['a', 'e', 'a', 'd'], tasks), ['d', 'b', 'c', 'a', 'e']);
});

test('a task that is not needed is left out', (t) => {
  t.deepEqual(orderOf(['a'], { a: [], b: [] }), ['a']);
});

test('a cycle is shown from where it begins', (t) => {
  const tasks = { a: ['b'], b: ['c'], c: ['d', 'b'], d: [] };
  t.deepEqual(planOf(['a'], finder(tasks)), { cycle: ['b', 'c', 'b'] });
  t.deepEqual(planOf(['a'], finder({ a: ['a'] })), { cycle: ['a', 'a'] });
});

test('an unknown task is named together with the task that needs it', (t) => {
  t.deepEqual(planOf(['x'], finder({})), { unknown: 'x' });
  t.deepEqual(planOf(['a'], finder({ a: ['x'] })), { unknown: 'x', neededBy: 'a' });
});
