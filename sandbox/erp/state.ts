import { createHash } from 'node:crypto';
import { berlinMinute } from '../berlin.ts';
import type { Json } from '../system.ts';
import { Table } from '../table.ts';
import { ERP, ERP_OBJECTS, type ErpObject, type ErpRecord } from './objects.ts';
import type { ErpSeeds, ErpSizes } from './seeds.ts';
import { brokenRule, storedForm } from './storing.ts';

/** What became of one write. */
export type ErpOutcome =
  | { status: 200 | 201; record: ErpRecord }
  | { status: 204 }
  | { status: 400 | 404 | 409; message: string };

const missing = (): ErpOutcome => ({ status: 404, message: 'Datensatz nicht gefunden' });

/** The ERP's records and every way in which they change. */
export class ErpState {
  private readonly seeds: ErpSeeds;
  private readonly tables: Record<ErpObject, Table<ErpRecord>>;

  constructor(seeds: ErpSeeds) {
    this.seeds = seeds;
    this.tables = {
      customers: newTable(seeds, 'customers'),
      articles: newTable(seeds, 'articles'),
      orders: newTable(seeds, 'orders'),
      price_lists: newTable(seeds, 'price_lists'),
    };
  }

  get sizes(): ErpSizes {
    return this.seeds.sizes;
  }

  table(object: ErpObject): Table<ErpRecord> {
    return this.tables[object];
  }

  setRetention(ms: number): void {
    for (const object of ERP_OBJECTS) this.tables[object].retentionMs = Math.max(this.tables[object].retentionMs, ms);
  }

  get(object: ErpObject, id: number): ErpRecord | null {
    return Number.isInteger(id) ? this.tables[object].current(id - ERP[object].firstId) : null;
  }

  /** As the API does it: no rule of the user interface is asked. */
  create(object: ErpObject, input: Record<string, Json>, now: number): ErpOutcome {
    const stored = this.stored(object, input, null);
    if ('status' in stored) return stored;
    const table = this.tables[object];
    const at = table.stamp(now);
    const n = table.next;
    const stamp = berlinMinute(at);
    const record = { id: ERP[object].firstId + n, row_version: 1, created: stamp, changed: stamp, ...stored.fields };
    table.write(n, record, at, now);
    return { status: 201, record };
  }

  /** Replaces the whole record: what is missing in the input becomes empty. */
  replace(object: ErpObject, id: number, input: Record<string, Json>, now: number): ErpOutcome {
    const record = this.get(object, id);
    if (record === null) return missing();
    const stored = this.stored(object, input, id);
    if ('status' in stored) return stored;
    const table = this.tables[object];
    const at = table.stamp(now);
    const { created, row_version: version } = record;
    const changed = { id, row_version: version + 1, created, changed: berlinMinute(at), ...stored.fields };
    table.write(id - ERP[object].firstId, changed, at, now);
    return { status: 200, record: changed };
  }

  /** Removes the record without a trace. */
  remove(object: ErpObject, id: number, now: number): ErpOutcome {
    if (this.get(object, id) === null) return missing();
    const table = this.tables[object];
    table.write(id - ERP[object].firstId, null, table.stamp(now), now);
    return { status: 204 };
  }

  /** As a person does it: some fields, checked by the rules of the user interface. */
  userCreate(object: ErpObject, fields: Record<string, Json>, now: number): ErpOutcome {
    return this.refusal(object, fields) ?? this.create(object, fields, now);
  }

  userUpdate(object: ErpObject, id: number, fields: Record<string, Json>, now: number): ErpOutcome {
    const record = this.get(object, id);
    if (record === null) return missing();
    const merged: Record<string, Json> = {};
    for (const name of Object.keys(ERP[object].fields)) {
      merged[name] = (Object.hasOwn(fields, name) ? fields[name] : record[name]) ?? null;
    }
    return this.refusal(object, merged) ?? this.replace(object, id, merged, now);
  }

  private refusal(object: ErpObject, fields: Record<string, Json>): ErpOutcome | undefined {
    const stored = storedForm(object, fields, (id) => this.get('customers', id) !== null);
    const message = stored.ok ? brokenRule(object, stored.fields) : stored.message;
    return message === undefined ? undefined : { status: 400, message };
  }

  private stored(object: ErpObject, input: Record<string, Json>, ownId: number | null) {
    const stored = storedForm(object, input, (id) => this.get('customers', id) !== null);
    if (!stored.ok) return { status: 400 as const, message: stored.message };
    for (const [name, spec] of Object.entries(ERP[object].fields)) {
      const value = stored.fields[name];
      if (!spec.unique || typeof value !== 'string' || value === '') continue;
      const isTaken = this.tables[object].find(name, value).some((n) => n + ERP[object].firstId !== ownId);
      if (isTaken) return { status: 409 as const, message: `Wert im Feld ${name} ist schon vergeben` };
    }
    return stored;
  }

  /** Of all that a user of the ERP can see. */
  digest(): string {
    const hash = createHash('sha256');
    for (const object of ERP_OBJECTS) {
      hash.update(`\n${object} ${this.sizes[object]} ${this.seeds.seed}`);
      for (const difference of this.tables[object].differences()) hash.update(JSON.stringify(difference));
    }
    return hash.digest('hex');
  }
}

function newTable(seeds: ErpSeeds, object: ErpObject): Table<ErpRecord> {
  return new Table<ErpRecord>({
    seedCount: seeds.sizes[object],
    seedRecord: (n) => seeds.record(object, n),
    seedAt: (n) => seeds.stamp(object, n),
    seedValue: (n, field) => seeds.value(object, n, field),
    value: (record, field) => {
      const value = record[field];
      return value === null || value === undefined || value === '' ? null : String(value);
    },
    hidden: () => false,
    lag: () => 0,
    maxLag: 0,
  });
}
