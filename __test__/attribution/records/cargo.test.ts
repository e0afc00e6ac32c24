import { holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

/** Rust that runs a payload, from the folder of its package, and fails when that does. */
const rust = (task: string, megabytes: number, code = 0) => `
  let status = std::process::Command::new("sh")
    .args(["-c", "${payload('..', task, megabytes, code)}"])
    .status();
  if !status.unwrap().success() { std::process::exit(7); }`;
const manifest = (name: string) =>
  `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n`;
const crate = (name: string, megabytes: number, code = 0) => ({
  [`${name}/Cargo.toml`]: manifest(name),
  [`${name}/build.rs`]: `fn main() { ${rust(`${name}:build script`, megabytes, code)} }`,
});

const files = {
  'Cargo.toml': '[workspace]\nresolver = "2"\nmembers = ["one", "two", "failing", "plain"]\n',
  ...crate('one', 100),
  'one/src/lib.rs': '',
  ...crate('two', 400),
  'two/src/main.rs': 'fn main() {}',
  ...crate('failing', 100, 3),
  'failing/src/lib.rs': '',
  'plain/Cargo.toml': manifest('plain'),
  'plain/src/lib.rs': `
    /// \`\`\`
    /// ${rust('plain:doc plain', 150).replaceAll('\n', '\n/// ')}
    /// \`\`\`
    pub fn documented() {}
    #[test] fn tested() { ${rust('plain:test plain', 200)} }`,
};
// Without tracing a process may be found before its exec. Children that it starts until the exec is
// noticed stay with the parent task, and these build scripts start theirs at once.
const conditions = { needs: ['cargo'] };
/** The Rust program that runs a payload and waits for it. */
const besides = 3;
const long = { ...conditions, isLong: true };

runs('cargo: crates and their build scripts', conditions, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const packages = ['-p', 'one', '-p', 'two', '-p', 'plain'];
  const ran = await workspace.run(['cargo', 'build', '--offline', ...packages], { trace });
  const expected = {
    'one:build_script_build': {},
    'two:build_script_build': {},
    'one:build script': { megabytes: [100], besides },
    'two:build script': { megabytes: [400], besides },
    'one:one': {},
    'two:two': {},
    'plain:plain': {},
  };
  holds(t, ran, expected, { losesOrphans: true });
});

runs('cargo: a build script that fails', long, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const ran = await workspace.run(['cargo', 'build', '--offline', '-p', 'failing'], { trace });
  t.is(ran.code, 101);
  const expected = {
    'failing:build_script_build': {},
    'failing:build script': { megabytes: [100], besides, code: 7 },
  };
  holds(t, ran, expected, { losesOrphans: true });
});

runs('cargo: tests, and examples in docs', long, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const ran = await workspace.run(['cargo', 'test', '--offline', '-p', 'plain'], { trace });
  t.is(ran.code, 0, ran.stderr);
  const expected = {
    'plain:plain': {},
    'plain:test plain': { megabytes: [200], besides },
    'plain:doc plain': { megabytes: [150], besides: 200 },
  };
  holds(t, ran, expected, { losesOrphans: true });
});
