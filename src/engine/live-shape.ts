import type { ObjectDefinition } from '../connector/definition.ts';
import { listsOf } from '../connector/option-lists.ts';
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
 * The options of the lists of an object, and its fields. Both are asked for where what is known of them is older than
 * `ageMs`; younger options are recalled where `recalls` says so, else asked for as well. Fails where the options can't be read.
 */
export async function liveShape(
  connection: Connection,
  object: string,
  definition: ObjectDefinition,
  known: KnownShape | null,
  { now, ageMs, recalls }: { now: number; ageMs: number; recalls: boolean },
): Promise<Result<LiveShape>> {
  const young = known !== null && now - known.read < ageMs;
  if (young && recalls) connection.recallOptions(known.live.options);
  const loaded = await connection.loadOptions(object);
  if (!loaded.ok) return loaded;
  const options = optionsNow(connection, listsOf(definition));
  const before = { fields: known?.live.fields ?? null, options };
  if (young) return ok({ shape: before, read: known.read, failure: null });
  const fields = await connection.customFields(object);
  if (!fields.ok) return ok({ shape: before, read: known?.read ?? 0, failure: fields.error });
  return ok({ shape: shapeOf(fields.value, options), read: now, failure: null });
}

export const optionsNow = (connection: Connection, lists: readonly string[]): ObjectShape['options'] =>
  Object.fromEntries(lists.map((list) => [list, connection.options(list)]));
