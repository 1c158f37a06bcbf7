import { z } from 'zod';

type Schema = z.core.$ZodType;

/** The keys that a schema allows in the object at `path` of `data`: what an unknown key is compared with. */
export function keysAt(schema: Schema, path: readonly PropertyKey[], data: unknown): string[] {
  let schemas = alternatives(schema, data);
  let value = data;
  for (const step of path) {
    value = child(value, step);
    schemas = schemas.flatMap((each) => into(each, step)).flatMap((each) => alternatives(each, value));
  }
  const keys = new Set<string>();
  for (const each of schemas) if (each instanceof z.ZodObject) for (const key of Object.keys(each.shape)) keys.add(key);
  return [...keys];
}

/** The schema without its wrappers; of a union its members, or the one whose discriminator `value` names. */
function alternatives(schema: Schema, value: unknown): Schema[] {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const key = schema.def.discriminator;
    const named = schema.options.filter((option) => {
      const tag = option instanceof z.ZodObject ? option.shape[key] : undefined;
      return tag instanceof z.ZodLiteral && tag.values.has(child(value, key) as never);
    });
    return named.length > 0 ? named : [...schema.options];
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => alternatives(option, value));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return alternatives(schema.unwrap(), value);
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return alternatives(schema.def.innerType, value);
  }
  if (schema instanceof z.ZodPipe) return alternatives(schema.in, value);
  if (schema instanceof z.ZodLazy) return alternatives(schema.unwrap(), value);
  return [schema];
}

function into(schema: Schema, step: PropertyKey): Schema[] {
  if (schema instanceof z.ZodObject) {
    const inner: Schema | undefined = schema.shape[String(step)] ?? schema.def.catchall;
    return inner ? [inner] : [];
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodTuple) {
    const item = schema.def.items[Number(step)];
    return item ? [item] : [];
  }
  return [];
}

function child(value: unknown, step: PropertyKey): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  return Object.entries(value).find(([key]) => key === String(step))?.[1];
}
