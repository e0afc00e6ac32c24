import test from 'ava';
import { placeIn } from '../../ts/inspect/place.js';

const id = '0123456789abcdef'.repeat(4);

for (const [what, text, kind, name] of [
  ['Docker on cgroup v2', `0::/system.slice/docker-${id}.scope\n`, 'container', '0123456789ab'],
  ['Docker on cgroup v1', `9:memory:/docker/${id}\n`, 'container', '0123456789ab'],
  ['Podman', `0::/user.slice/libpod-${id}.scope/container\n`, 'container', '0123456789ab'],
  [
    'Kubernetes',
    `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope\n`,
    'container',
    '0123456789ab',
  ],
  ['LXC', '0::/lxc.payload.web/init.scope\n', 'container', 'web'],
  ['a service', '0::/system.slice/nginx.service\n', 'service', 'nginx.service'],
  [
    'a program of a desktop',
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org\\x2dfire.scope\n',
    'service',
    'app-org-fire.scope',
  ],
] as const) {
  test(`the groups of ${what} identify the place of a process`, (t) => {
    t.deepEqual(placeIn(text), { kind, name });
  });
}

test('a session and the root are no place', (t) => {
  t.is(placeIn('0::/user.slice/user-0.slice/session-3.scope\n'), undefined);
  t.is(placeIn('0::/\n'), undefined);
});
