import { holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

const files = {
  Makefile: 'all: one two\none two failing:\n\t$(MAKE) -C $@\n.PHONY: one two failing\n',
  'one/Makefile': `build:\n\t${payload('..', 'make -C one', 100)}; true\n`,
  'two/Makefile': `build:\n\t${payload('..', 'make -C two', 400)}\n`,
  'failing/Makefile': `build:\n\t${payload('..', 'make -C failing', 100, 3)}\n`,
};
const wrapper = 'any' as const;
// Without tracing a process may be found before its exec. Children that it starts until the exec is
// noticed stay with the parent task, and make starts its recipes at once.
const conditions = { needs: ['make'] };

runs('make: one in each directory, side by side', conditions, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const expected = {
    'make -C one': { megabytes: [100], wrapper },
    'make -C two': { megabytes: [400], wrapper },
  };
  holds(t, await workspace.run(['make', '-j2'], { trace }), expected, { losesOrphans: true });
});

runs('make: one whose recipe fails', conditions, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const ran = await workspace.run(['make', 'failing'], { trace });
  t.is(ran.code, 2);
  holds(
    t,
    ran,
    { 'make -C failing': { megabytes: [100], wrapper, code: 2 } },
    { losesOrphans: true },
  );
});
