/** The text of `docs/result.md`: a table of all keys of a result. */
import { olderResultSchemaName, resultSchemaName } from '../ts/result/name.js';
import { type ObjectSchema, referenceOf, type Schema, typeOf } from './json-schema.js';

export function resultPage(schema: ObjectSchema): string {
  return `<!-- Generated from ts/result/schema.ts by \`npm run generate\`. -->
# The result

What does \`--json\` write, and what does \`run()\` resolve to? One object of the schema
\`${resultSchemaName}\`:

\`\`\`console
$ memtop --quiet --json run.json -- node -e 'Buffer.alloc(1e8, 1)'
$ jq -c '.exit, (.peak | {bytes, metric, lowerBytes, upperBytes, atMs})' run.json
{"code":0,"signal":null,"cause":"exit"}
{"bytes":141598720,"metric":"unique","lowerBytes":141598720,"upperBytes":141598720,"atMs":298.342}
\`\`\`

A measure that is missing is absent, never 0. Accept keys that you do not know: later versions add
some. A changed meaning gets a new schema number. [measuring.md](measuring.md) explains what the
figures mean.

memtop reads \`${olderResultSchemaName}\` as well, where the metric was \`rss\` or \`pss\`. Peaks
of different metrics are never compared.

| key | type | meaning |
| --- | --- | --- |
${rowsOf(schema, '', schema).join('\n')}
`;
}

function rowsOf(schema: Schema, path: string, whole: ObjectSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, reference]) => {
    const value = resolved(reference, whole);
    const item = value.items && resolved(value.items, whole);
    const nested = item?.properties ? item : value;
    const here = path ? `${path}.${key}` : key;
    const shown = item?.properties ? `${here}[]` : here;
    const type = nested.properties ? 'object' : typeOf(value, () => 'object');
    const mark = schema.required?.includes(key) ? '' : ' (may be absent)';
    const row = (about: string) =>
      `| \`${shown}\` | ${type.replaceAll(' | ', ', ')}${mark} | ${about} |`;
    if (path && nested.properties && isAlsoAtTop(key, reference, whole)) {
      return [row(`As \`${key}\`.`)];
    }
    return [row(value.description ?? ''), ...rowsOf(nested, shown, whole)];
  });
}

/** A description at this place takes precedence over that of the named part. */
function resolved(schema: Schema, { $defs }: ObjectSchema): Schema {
  const name = referenceOf(schema);
  if (name === undefined) return schema;
  const { $ref: _, ...own } = schema;
  return { ...$defs[name], ...own };
}

/** Such as the peak of a task, which has the keys of the peak of the run. */
function isAlsoAtTop(key: string, value: Schema, { properties }: ObjectSchema): boolean {
  return JSON.stringify(properties?.[key]) === JSON.stringify(value);
}
