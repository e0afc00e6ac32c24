/** JSON schemas, as far as zod makes them of the result schema. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | string[];
  readonly description?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface ObjectSchema extends Schema {
  readonly $defs: Readonly<Record<string, Schema>>;
}

/** The name of the schema that is referred to. */
export function referenceOf({ $ref }: Schema): string | undefined {
  return $ref?.slice($ref.lastIndexOf('/') + 1);
}

/** The type of a value in TypeScript; `nested` gives that of an object. */
export function typeOf(schema: Schema, nested: (schema: Schema) => string): string {
  const name = referenceOf(schema);
  if (name !== undefined) return name;
  if (schema.const !== undefined) return `'${schema.const}'`;
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, nested)).join(' | ');
  if (schema.type === 'array' && schema.items) {
    const item = typeOf(schema.items, nested);
    return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.properties) return nested(schema);
  if (schema.type === undefined) throw new Error(`no type for ${JSON.stringify(schema)}`);
  return [schema.type]
    .flat()
    .map((type) => (type === 'integer' ? 'number' : type))
    .join(' | ');
}
