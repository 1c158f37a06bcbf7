import { compileReader } from '../connector/codec/path.ts';
import type { ConnectorDefinition, WriteDefinition } from '../connector/definition.ts';
import type { FieldDefinition, OptionDefinition } from '../connector/field.ts';
import type {
  CallCount,
  Capabilities,
  Connection,
  CreateItem,
  GetOutcome,
  ReadRequest,
  ReadStep,
  RemoveItem,
  UpdateItem,
  WireRecord,
  WriteOutcome,
} from '../connector/port.ts';
import { withPartsAndLines } from '../connector/within/connection.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { type DeclaredSystem, MISSING } from './declared-system.ts';

/** A connection to a declared system, with its parts and lines. */
export const connectDeclared = (system: DeclaredSystem): Connection =>
  withPartsAndLines(new DeclaredConnection(system));

class DeclaredConnection implements Connection {
  readonly connector: ConnectorDefinition;
  readonly #system: DeclaredSystem;
  readonly #done = new Map<string, WriteOutcome>();
  readonly #added = new Map<string, Record<string, FieldDefinition>>();
  #check: () => Diagnostic | null = () => null;

  constructor(system: DeclaredSystem) {
    this.connector = system.connector;
    this.#system = system;
  }

  guardWrites(check: () => Diagnostic | null): void {
    this.#check = check;
  }

  capabilities(object: string): Capabilities {
    return this.#system.capabilities(object);
  }

  async *read({ object, since }: ReadRequest): AsyncGenerator<ReadStep> {
    const { deletesInChanges, pageSize } = this.capabilities(object);
    const all = this.#system.list(object, deletesInChanges || this.connector.protocol === 'sql');
    const changed = all.filter(({ modified }) => since === null || modified === null || modified >= since);
    yield* this.#pages(changed, pageSize);
  }

  async *sweep(object: string): AsyncGenerator<ReadStep> {
    yield* this.#pages(this.#system.list(object, false), this.capabilities(object).pageSize);
  }

  *#pages(records: readonly WireRecord[], size: number): Generator<ReadStep> {
    for (let at = 0; at < records.length; at += size) yield { kind: 'page', records: records.slice(at, at + size) };
    yield { kind: 'end', complete: true, serverTime: this.#system.now() };
  }

  async get(object: string, ids: readonly string[]): Promise<GetOutcome[]> {
    this.#system.countRead();
    return ids.map((id): GetOutcome => {
      const record = this.#system.get(object, id);
      return record ? { kind: 'present', record } : { kind: 'gone' };
    });
  }

  async find(object: string, field: string, wire: unknown): Promise<Result<WireRecord[]>> {
    if (!this.capabilities(object).findable.includes(field))
      return fail(problem('field-not-findable', `The field ${field} can not be looked up`));
    const read = compileReader(this.connector.objects[object]?.fields[field]?.path ?? field);
    const found = this.#system.list(object, false).filter((record) => String(read(record.wire)) === String(wire));
    return ok(found);
  }

  async create(object: string, items: readonly CreateItem[]): Promise<WriteOutcome[]> {
    const honours = this.capabilities(object).idempotencyMs > 0;
    return items.map((item) => {
      const key = `${object} ${item.idempotencyKey}`;
      const known = honours ? this.#done.get(key) : undefined;
      const outcome = known ?? this.#guarded(() => this.#create(object, item));
      if (honours) this.#done.set(key, outcome);
      return outcome;
    });
  }

  #create(object: string, { wire }: CreateItem): WriteOutcome {
    const { create, upsert, batch } = this.#definition(object);
    const created = this.#system.create(object, wire);
    return created.ok ? this.#told(created.value, batch.create ?? create ?? upsert) : refused(created.error);
  }

  async update(object: string, items: readonly UpdateItem[]): Promise<WriteOutcome[]> {
    const { update, batch } = this.#definition(object);
    return items.map(({ id, wire, version }) =>
      this.#guarded(() => {
        if (this.#isOutdated(object, id, version)) return CONFLICT;
        const updated = this.#system.update(object, id, wire);
        return updated.ok ? this.#told(updated.value, batch.update ?? update) : refused(updated.error);
      }),
    );
  }

  async remove(object: string, items: readonly RemoveItem[], archive: boolean): Promise<WriteOutcome[]> {
    return items.map(({ id, version }) =>
      this.#guarded(() => {
        if (this.#isOutdated(object, id, version)) return CONFLICT;
        if (archive) this.#system.archive(object, id);
        else this.#system.delete(object, id);
        return { kind: 'done', id, record: null };
      }),
    );
  }

  #definition(object: string) {
    return this.#system.object(object).definition;
  }

  #isOutdated(object: string, id: string, version: string | null): boolean {
    const current = this.#system.get(object, id);
    return (
      this.capabilities(object).conditionalUpdate && version !== null && current !== null && current.version !== version
    );
  }

  /** A system that answers with less than the record leaves it to a read. */
  #told(record: WireRecord, write: Pick<WriteDefinition, 'returns'> | undefined): WriteOutcome {
    const isTold = this.connector.protocol === 'sql' || write?.returns === 'record';
    return { kind: 'done', id: record.id, record: isTold ? record : null };
  }

  #guarded(write: () => WriteOutcome): WriteOutcome {
    const diagnostic = this.#check();
    return diagnostic ? { kind: 'failed', class: 'fatal', diagnostic } : write();
  }

  async loadOptions(): Promise<Result<void>> {
    return ok(undefined);
  }

  recallOptions(): void {
    // Its lists are always at hand.
  }

  options(list: string): readonly OptionDefinition[] {
    return this.#system.options(list);
  }

  async createOption(list: string, { key, label }: { key: string; label: string }): Promise<Result<void>> {
    if (!this.connector.option_lists[list]?.create)
      return fail(problem('not-offered', `The connector declares no way to add an option to ${list}`));
    if (this.options(list).every((option) => option.key !== key))
      this.#system.addOption(list, { value: key, key, label });
    return ok(undefined);
  }

  /** Those that the connector or the integration declares, and those that were added since. */
  async customFields(object: string): Promise<Result<Record<string, FieldDefinition> | null>> {
    const { custom_fields: custom, fields } = this.connector.objects[object] ?? {};
    if (!custom?.from) return ok(null);
    const declared = Object.entries(fields ?? {}).filter(([, field]) => field.custom !== undefined);
    return ok({ ...Object.fromEntries(declared), ...this.#added.get(object) });
  }

  async createField(object: string, field: FieldDefinition): Promise<Result<void>> {
    if (!this.connector.objects[object]?.custom_fields?.create)
      return fail(problem('not-offered', `The connector declares no way to add a field to ${object}`));
    const name = field.custom ?? field.label ?? 'field';
    this.#added.set(object, { ...this.#added.get(object), [name]: field });
    return ok(undefined);
  }

  async ask(): Promise<Result<unknown>> {
    return fail(problem('not-offered', 'A simulated system has records only'));
  }

  async rights(): Promise<Result<null>> {
    return ok(null);
  }

  calls(): CallCount {
    return { ...this.#system.calls(), auth: 0, throttled: 0 };
  }

  quota(): null {
    return null;
  }

  async close(): Promise<void> {}
}

const CONFLICT: WriteOutcome = {
  kind: 'failed',
  class: 'conflict',
  diagnostic: problem('version-conflict', 'The record has changed since it was read'),
};

const refused = (diagnostic: Diagnostic): WriteOutcome => ({
  kind: 'failed',
  class: diagnostic === MISSING ? 'missing' : 'invalid',
  diagnostic,
});
