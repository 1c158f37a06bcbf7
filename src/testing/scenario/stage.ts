import { compileCodec, type ObjectCodec } from '../../connector/codec.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { OptionDefinition } from '../../connector/field.ts';
import type { Connection, WireRecord, WriteOutcome } from '../../connector/port.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Fields } from '../../record/value.ts';
import { connectDeclared } from '../declared-connection.ts';
import { DeclaredSystem } from '../declared-system.ts';
import type { NamedRecord, PersonsEdit } from './scenario.ts';

/** A record as a system holds it when the play is over. */
export interface HeldRecord {
  id: string;
  archived: boolean;
  /** All fields that can be read, canonical. */
  fields: Fields;
}

/** One system of a play: what people do there, and what the engine reaches it by. */
export interface Stage {
  readonly connection: Connection;
  put(record: NamedRecord): Promise<Result<void>>;
  edit(edit: PersonsEdit): Promise<Result<void>>;
  /** All records of an object that can be read, archived ones too. */
  records(object: string): Promise<Result<HeldRecord[]>>;
}

/** A system that behaves as its connector declares, in memory. `now`: epoch ms. */
export function declaredStage(
  connector: ConnectorDefinition,
  options: Readonly<Record<string, readonly OptionDefinition[]>>,
  now: () => number,
): Stage {
  const system = new DeclaredSystem({ connector, options, now });
  const connection = connectDeclared(system);
  // What the engine writes through its own is refused once its lease is over.
  const people = connectDeclared(system);
  const isWithin = (object: string) => {
    const { part_of: part, lines_of: lines } = connector.objects[object] ?? {};
    return part !== undefined || lines !== undefined;
  };
  return {
    connection,
    async put(record) {
      if (isWithin(record.object)) return made(await createThrough(people, record.object, record.fields));
      const wire = system.object(record.object).holding(record.fields);
      if (!wire.ok) return fail(Object.values(wire.error)[0] ?? NOT_HELD);
      system.put(record.object, record.id, wire.value);
      if (record.archived) system.archive(record.object, record.id);
      return ok(undefined);
    },
    async edit(edit) {
      if (edit.kind !== 'create' || edit.id === null || isWithin(edit.object)) return editThrough(people, edit);
      const wire = codecOf(people, edit.object).encode(edit.fields);
      if (!wire.ok) return fail(Object.values(wire.error)[0] ?? NOT_HELD);
      const created = system.create(edit.object, wire.value, edit.id);
      return created.ok ? ok(undefined) : created;
    },
    records: (object) => recordsThrough(people, object, system),
  };
}

const NOT_HELD = problem('value-not-held', 'The system would hold another value');

const codecOf = (connection: Connection, object: string): ObjectCodec => {
  const { custom_fields: custom, fields = {} } = connection.connector.objects[object] ?? {};
  return compileCodec({ fields, custom_fields: custom }, (list) => connection.options(list));
};

/** A person's edit, by the calls that the engine uses, too. */
export async function editThrough(connection: Connection, edit: PersonsEdit): Promise<Result<void>> {
  const { kind, object, fields } = edit;
  if (kind === 'create') return made(await createThrough(connection, object, fields));
  const id = edit.id ?? '';
  const [known] = await connection.get(object, [id]);
  if (known?.kind !== 'present') return fail(problem('record-unknown', `There is no ${object} ${id} to ${kind}`));
  if (kind !== 'update') {
    const [removed] = await connection.remove(object, [{ id, version: known.record.version }], kind === 'archive');
    return made(removed);
  }
  const wire = codecOf(connection, object).encode(fields);
  if (!wire.ok) return fail(Object.values(wire.error)[0] ?? NOT_HELD);
  const { version, wire: current } = known.record;
  const [updated] = await connection.update(object, [{ id, wire: wire.value, version, current }]);
  return made(updated);
}

export async function createThrough(
  connection: Connection,
  object: string,
  fields: Fields,
): Promise<WriteOutcome | undefined> {
  const wire = codecOf(connection, object).encode(fields);
  if (!wire.ok) return { kind: 'failed', class: 'invalid', diagnostic: Object.values(wire.error)[0] ?? NOT_HELD };
  const idempotencyKey = `person ${JSON.stringify(wire.value)}`;
  const [outcome] = await connection.create(object, [{ wire: wire.value, idempotencyKey }]);
  return outcome;
}

function made(outcome: WriteOutcome | undefined): Result<void> {
  if (outcome?.kind === 'done') return ok(undefined);
  return fail(outcome?.diagnostic ?? problem('outcome-unknown', 'The system did not say what it did'));
}

async function recordsThrough(
  connection: Connection,
  object: string,
  system: DeclaredSystem,
): Promise<Result<HeldRecord[]>> {
  const { fields = {}, part_of: part, lines_of: lines } = connection.connector.objects[object] ?? {};
  const names = Object.keys(fields);
  const codec = codecOf(connection, object);
  const found: WireRecord[] = [];
  if (part ?? lines) {
    for await (const step of connection.read({ object, since: null })) {
      if (step.kind === 'page') found.push(...step.records);
      else if (step.diagnostic) return fail(step.diagnostic);
    }
  } else found.push(...system.all(object));
  return ok(found.map(({ id, archived, wire }) => ({ id, archived, fields: codec.decode(wire, names).fields })));
}
