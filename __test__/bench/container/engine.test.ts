import test from 'ava';
import { type Answer, type Ask, findEngine, NoEngine } from '../../../ts/bench/container/engine.js';

const answers = (stdout: string): Answer => ({ status: 0, stdout, stderr: '' });
const refuses = (stderr: string): Answer => ({ status: 1, stdout: '', stderr });

/** A machine with these programs, each with its version and its info. */
const machine =
  (programs: Readonly<Record<string, readonly [version: Answer, info: Answer]>>): Ask =>
  (program, [question]) =>
    programs[program]?.[question === '--version' ? 0 : 1];

const docker = [answers('Docker version 28.2.2'), answers('["name=seccomp"]')] as const;
const podman = [answers('podman version 4.3.1'), answers('false\n')] as const;

test('the first working engine is used', (t) => {
  t.deepEqual(findEngine('auto', false, machine({ docker, podman })), {
    program: 'docker',
    kind: 'docker',
    isRootless: false,
  });
  const asleep = [docker[0], refuses('Cannot connect\nto the daemon\n')] as const;
  t.is(findEngine('auto', false, machine({ docker: asleep, podman })).program, 'podman');
});

test('a folder for a root needs podman, whatever else there is', (t) => {
  t.is(findEngine('auto', true, machine({ docker, podman })).program, 'podman');
  t.throws(() => findEngine('auto', true, machine({ docker })), {
    instanceOf: NoEngine,
    message: 'no engine for containers works here: podman: not installed',
  });
});

test('podman under the name of docker is podman', (t) => {
  const { kind, isRootless } = findEngine('docker', false, (program, [question]) =>
    machine({ docker: [podman[0], answers('true')] })(program, [`${question}`]),
  );
  t.deepEqual([kind, isRootless], ['podman', true]);
});

test('docker without root says so', (t) => {
  const rootless = [docker[0], answers('["name=seccomp","name=rootless"]')] as const;
  t.true(findEngine('docker', false, machine({ docker: rootless })).isRootless);
});

test('without a working engine each has a reason', (t) => {
  const asleep = [docker[0], refuses('x\nCannot connect to the daemon\n')] as const;
  t.throws(() => findEngine('auto', false, machine({ docker: asleep })), {
    message:
      'no engine for containers works here: docker: Cannot connect to the daemon; ' +
      'podman: not installed',
  });
});
