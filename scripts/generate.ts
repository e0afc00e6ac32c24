/**
 * Writes what is derived from the result schema: its TypeScript types, so that those who use them
 * need no zod, and its page in docs. The tables of task runners, for the tests of the engine that
 * evaluates them. And the man page, from the table of commands and flags.
 *
 *     npm run generate
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { nativeRules } from '../ts/attribution/native-rules.js';
import { runners } from '../ts/attribution/runners.js';
import { knownCommands } from '../ts/cli/grammar.js';
import { manPage } from '../ts/cli/man-page.js';
import { topics } from '../ts/cli/topics/index.js';
import { packageRoot } from '../ts/package.js';
import { resultSchema } from '../ts/result/schema.js';
import type { ObjectSchema } from './json-schema.js';
import { resultPage } from './result-page.js';
import { resultTypes } from './result-types.js';

const schema = z.toJSONSchema(resultSchema) as ObjectSchema;

writeFileSync(join(packageRoot, 'ts/result/types.ts'), resultTypes(schema));
writeFileSync(join(packageRoot, 'docs/result.md'), resultPage(schema));

writeFileSync(
  join(packageRoot, 'crates/sampler/tests/rules.json'),
  `${JSON.stringify(nativeRules(runners), null, 2)}\n`,
);

writeFileSync(
  join(packageRoot, 'man/memtop.1'),
  manPage(await knownCommands(), Object.entries(topics)),
);
