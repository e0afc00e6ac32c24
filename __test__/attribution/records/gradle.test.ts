import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../../helpers/needs.js';
import { holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

/** Where Debian has them. */
const jars = ['junit4', 'hamcrest-all'].map((name) => `/usr/share/java/${name}.jar`);
/** Tests run in the folder of their project. */
const project = (name: string, megabytes: number) => ({
  [`${name}/src/test/java/Tested.java`]: `
    public class Tested {
      @org.junit.Test public void holds() throws Exception {
        String script = "${payload('..', `${name}:Gradle Test Executor`, megabytes)}";
        Process process = new ProcessBuilder("sh", "-c", script).start();
        if (process.waitFor() != 0) throw new Error();
      }
    }`,
});

const files = {
  'settings.gradle': "include 'one', 'two'",
  'build.gradle': `subprojects {
    apply plugin: 'java'
    dependencies { testCompile files(${jars.map((jar) => `'${jar}'`).join(', ')}) }
  }`,
  ...project('one', 100),
  ...project('two', 400),
};

/** The virtual machine that runs the tests. */
const besides = 150;
const conditions = { needs: ['gradle', 'javac'], isLong: true };

runs('gradle: tests of two projects', conditions, async (t, trace) => {
  const missing = jars.find((jar) => !existsSync(jar));
  if (missing !== undefined) {
    skip(t, { need: 'gradle', why: `there is no ${missing}` });
    return;
  }
  const workspace = new Workspace(t, files);
  const env = { GRADLE_USER_HOME: join(workspace.folder, 'user') };
  workspace.ends(() => workspace.alone(['gradle', '--offline', '--stop'], env));
  const ran = await workspace.run(['gradle', '--offline', '--parallel', 'test'], { trace, env });
  t.is(ran.code, 0, `${ran.stdout}${ran.stderr}`);
  const expected = {
    'one:Gradle Test Executor': { megabytes: [100], besides },
    'two:Gradle Test Executor': { megabytes: [400], besides },
  };
  holds(t, ran, expected, { losesOrphans: true });
  const services = ran.result.tasks?.filter(({ kind }) => kind === 'service');
  t.deepEqual(
    services?.map(({ id }) => id),
    ['gradle daemon'],
  );
});
