import type { ObjectDefinition } from '../connector/definition.ts';
import type { OptionDefinition } from '../connector/field.ts';
import type { Connection } from '../connector/port.ts';
import { type ObjectShape, shapeOf } from '../connector/shape.ts';
import { type Diagnostic, ok, type Result } from '../record/diagnostic.ts';
import type { KnownShape } from '../store/port.ts';

/** How an object is set up in its system now. */
export interface LiveShape {
  shape: ObjectShape;
  /** Epoch ms; when its fields were asked for. */
  read: number;
  /** Why they could not be; what was known before stands. */
  failure: Diagnostic | null;
}

/**
 * The options of the lists of an object as this run has read them, and its fields, which are asked for where what is known
 * of them is older than `ageMs`. Fails where the options can't be read.
 */
export async function liveShape(
  connection: Connection,
  object: string,
  definition: ObjectDefinition,
  known: KnownShape | null,
  { now, ageMs }: { now: number; ageMs: number },
): Promise<Result<LiveShape>> {
  const loaded = await connection.loadOptions(object);
  if (!loaded.ok) return loaded;
  const options = listsOf(connection, definition);
  const before = { fields: known?.live.fields ?? null, options };
  if (known && now - known.read < ageMs) return ok({ shape: before, read: known.read, failure: null });
  const fields = await connection.customFields(object);
  if (!fields.ok) return ok({ shape: before, read: known?.read ?? 0, failure: fields.error });
  return ok({ shape: shapeOf(fields.value, options), read: now, failure: null });
}

function listsOf(connection: Connection, { fields }: ObjectDefinition): Record<string, readonly OptionDefinition[]> {
  const lists = Object.values(fields).flatMap((field) => field.options_from ?? []);
  return Object.fromEntries([...new Set(lists)].map((list) => [list, connection.options(list)]));
}
