import { createHash } from 'node:crypto';
import { mix } from '../draw.ts';
import type { Json } from '../system.ts';
import { Table } from '../table.ts';
import { CRM, CRM_OBJECTS, type CrmObject, type CrmRecord, crmId, crmNumber } from './objects.ts';
import { CrmSeeds, type CrmSizes } from './seeds.ts';
import { type Checked, type CustomField, checkFields, type FieldError, type Option } from './validation.ts';

/** What became of one write. `archived`: the record is archived and takes no more changes. */
export type Outcome =
  | { status: 200 | 201; record: CrmRecord }
  | { status: 404 | 412 }
  | { status: 409; error: 'archived' }
  | { status: 422; errors: FieldError[] };

export interface Tombstone {
  object: CrmObject;
  id: string;
  at: number;
  merged_into: string | null;
  /** Restored since, so no longer shown. */
  restored: boolean;
}

export interface CrmEvent {
  type: string;
  object: CrmObject;
  id: string;
  version: number;
  at: number;
}

/** Records, options, custom fields and tombstones of the CRM, and every way in which they change. */
export class CrmState {
  readonly sizes: CrmSizes;
  readonly tombstones: Tombstone[] = [];
  private readonly seeds: CrmSeeds;
  private readonly tables: Record<CrmObject, Table<CrmRecord>>;
  private readonly optionLists = new Map<string, Option[]>();
  private readonly customFieldLists = new Map<CrmObject, CustomField[]>();
  private readonly emit: (event: CrmEvent) => void;

  constructor(seed: number, sizes: CrmSizes, indexLagMs: number, emit: (event: CrmEvent) => void) {
    this.sizes = sizes;
    this.seeds = new CrmSeeds(seed, sizes);
    this.emit = emit;
    const table = (object: CrmObject) => newTable(this.seeds, object, indexLagMs);
    this.tables = {
      companies: table('companies'),
      contacts: table('contacts'),
      deals: table('deals'),
      products: table('products'),
      users: table('users'),
      deal_items: table('deal_items'),
    };
    this.customFieldLists.set('companies', [{ key: 'region', label: 'Region', type: 'text', max_length: 40 }]);
  }

  table(object: CrmObject): Table<CrmRecord> {
    return this.tables[object];
  }

  setRetention(ms: number): void {
    for (const object of CRM_OBJECTS) this.tables[object].retentionMs = Math.max(this.tables[object].retentionMs, ms);
  }

  /** The current record, archived ones too; null when there never was one or it is purged. */
  get(object: CrmObject, id: string): CrmRecord | null {
    return this.tables[object].current(crmNumber(object, id));
  }

  exists(object: CrmObject, id: string): boolean {
    return this.get(object, id)?.archived === false;
  }

  taken(object: CrmObject, field: string, value: string, ownId: string | null): string | null {
    for (const n of this.tables[object].find(field, value)) {
      const id = crmId(object, n);
      if (id !== ownId) return id;
    }
    return null;
  }

  options(object: CrmObject, field: string): readonly Option[] {
    const key = `${object}.${field}`;
    let list = this.optionLists.get(key);
    if (list === undefined) {
      const values = CRM[object].fields[field]?.options ?? [];
      list = values.map((value) => ({ value, label: value.slice(0, 1).toUpperCase() + value.slice(1) }));
      this.optionLists.set(key, list);
    }
    return list;
  }

  /** False when the field has no options or has this one already. */
  addOption(object: CrmObject, field: string, option: Option): boolean {
    const list = this.options(object, field);
    if (CRM[object].fields[field]?.type !== 'option' || list.some((known) => known.value === option.value))
      return false;
    this.optionLists.set(`${object}.${field}`, [...list, option]);
    return true;
  }

  /** False when there is no such option. */
  removeOption(object: CrmObject, field: string, value: string): boolean {
    const list = this.options(object, field);
    const left = list.filter((option) => option.value !== value);
    this.optionLists.set(`${object}.${field}`, left);
    return left.length < list.length;
  }

  customFields(object: CrmObject): readonly CustomField[] {
    return this.customFieldLists.get(object) ?? [];
  }

  /** False when there is no such field. Records keep what they hold in it. */
  removeCustomField(object: CrmObject, key: string): boolean {
    const list = this.customFields(object);
    this.customFieldLists.set(
      object,
      list.filter((known) => known.key !== key),
    );
    return this.customFields(object).length < list.length;
  }

  /** False when the object has a custom field of that key already. */
  addCustomField(object: CrmObject, field: CustomField): boolean {
    const list = this.customFields(object);
    if (list.some((known) => known.key === field.key)) return false;
    this.customFieldLists.set(object, [...list, field]);
    return true;
  }

  create(object: CrmObject, input: Record<string, Json>, now: number): Outcome {
    const checked = this.check(object, input, null);
    if (!checked.ok) return { status: 422, errors: checked.errors };
    const table = this.tables[object];
    const at = table.stamp(now);
    const stamp = new Date(at).toISOString();
    const n = table.next;
    const empty: Record<string, Json> = {};
    for (const name of Object.keys(CRM[object].fields)) empty[name] = null;
    const record: CrmRecord = {
      ...empty,
      ...(CRM[object].mergeable ? { merged_into: null } : {}),
      custom_fields: {},
      ...checked.fields,
      id: crmId(object, n),
      created_at: stamp,
      updated_at: stamp,
      version: 1,
      archived: false,
    };
    this.store(object, n, record, at, now, 'created');
    return { status: 201, record };
  }

  /** Changes the given fields; `ifVersion` is the version the caller believes to be current. */
  update(object: CrmObject, id: string, input: Record<string, Json>, ifVersion: number | null, now: number): Outcome {
    const record = this.get(object, id);
    if (record === null) return { status: 404 };
    if (record.archived) return { status: 409, error: 'archived' };
    if (ifVersion !== null && ifVersion !== record.version) return { status: 412 };
    const checked = this.check(object, input, id);
    if (!checked.ok) return { status: 422, errors: checked.errors };
    const custom = { ...record.custom_fields, ...asObject(checked.fields.custom_fields) };
    return {
      status: 200,
      record: this.change(object, record, { ...checked.fields, custom_fields: custom }, now, 'updated'),
    };
  }

  /** Archives softly; an archived record stays as it is. */
  archive(object: CrmObject, id: string, ifVersion: number | null, now: number): Outcome {
    const record = this.get(object, id);
    if (record === null) return { status: 404 };
    if (record.archived) return { status: 200, record };
    if (ifVersion !== null && ifVersion !== record.version) return { status: 412 };
    const archived = this.change(object, record, { archived: true }, now, 'archived');
    this.bury(object, archived, null);
    return { status: 200, record: archived };
  }

  restore(object: CrmObject, id: string, now: number): Outcome {
    const record = this.get(object, id);
    if (record === null) return { status: 404 };
    if (!record.archived) return { status: 200, record };
    const tombstone = this.tombstones.findLast((stone) => stone.object === object && stone.id === id);
    if (tombstone !== undefined) tombstone.restored = true;
    const fields = CRM[object].mergeable ? { archived: false, merged_into: null } : { archived: false };
    return { status: 200, record: this.change(object, record, fields, now, 'updated') };
  }

  /** The merged record is archived; the survivor's empty fields and all references to the merged one follow. */
  merge(object: CrmObject, survivorId: string, mergedId: string, now: number): Outcome {
    const survivor = this.get(object, survivorId);
    const merged = this.get(object, mergedId);
    if (survivor === null || merged === null) return { status: 404 };
    if (survivor.archived || merged.archived || survivorId === mergedId || !CRM[object].mergeable) {
      return { status: 409, error: 'archived' };
    }
    const filled: Record<string, Json> = {};
    for (const [name, spec] of Object.entries(CRM[object].fields)) {
      const value = merged[name];
      if (survivor[name] === null && value !== null && value !== undefined && !spec.unique) filled[name] = value;
    }
    const archived = this.change(object, merged, { archived: true, merged_into: survivorId }, now, 'merged');
    this.bury(object, archived, survivorId);
    for (const child of CRM_OBJECTS) {
      for (const [field, spec] of Object.entries(CRM[child].fields)) {
        if (spec.target === object) this.repoint(child, field, mergedId, survivorId, now);
      }
    }
    return { status: 200, record: this.change(object, survivor, filled, now, 'updated') };
  }

  private repoint(object: CrmObject, field: string, from: string, to: string, now: number): void {
    for (const n of this.tables[object].find(field, from)) {
      const record = this.tables[object].current(n);
      if (record !== null && !record.archived) this.change(object, record, { [field]: to }, now, 'updated');
    }
  }

  /** Removes the record for good; only its tombstone stays. */
  purge(object: CrmObject, id: string, now: number): Outcome {
    const record = this.get(object, id);
    if (record === null) return { status: 404 };
    const archived = this.archive(object, id, null, now);
    const table = this.tables[object];
    table.write(crmNumber(object, id), null, table.stamp(now), now);
    return archived;
  }

  private check(object: CrmObject, input: Record<string, Json>, ownId: string | null): Checked {
    return checkFields(object, input, ownId, this);
  }

  private change(
    object: CrmObject,
    record: CrmRecord,
    fields: Record<string, Json>,
    now: number,
    event: string,
  ): CrmRecord {
    const at = this.tables[object].stamp(now);
    const changed = { ...record, ...fields, updated_at: new Date(at).toISOString(), version: record.version + 1 };
    this.store(object, crmNumber(object, record.id), changed, at, now, event);
    return changed;
  }

  private store(object: CrmObject, n: number, record: CrmRecord, at: number, now: number, event: string): void {
    this.tables[object].write(n, record, at, now);
    this.emit({ type: `${CRM[object].singular}.${event}`, object, id: record.id, version: record.version, at: now });
  }

  private bury(object: CrmObject, record: CrmRecord, into: string | null): void {
    this.tombstones.push({
      object,
      id: record.id,
      at: Date.parse(record.updated_at),
      merged_into: into,
      restored: false,
    });
  }

  /** Of all that a user of the CRM can see. */
  digest(): string {
    const hash = createHash('sha256');
    for (const object of CRM_OBJECTS) {
      hash.update(`\n${object} ${this.sizes[object]} ${this.seeds.seed}`);
      for (const difference of this.tables[object].differences()) hash.update(JSON.stringify(difference));
      hash.update(JSON.stringify(this.customFields(object)));
      for (const [field, spec] of Object.entries(CRM[object].fields)) {
        if (spec.options !== undefined) hash.update(JSON.stringify(this.options(object, field)));
      }
    }
    return hash.digest('hex');
  }
}

function newTable(seeds: CrmSeeds, object: CrmObject, indexLagMs: number): Table<CrmRecord> {
  const salt = CRM_OBJECTS.indexOf(object);
  return new Table<CrmRecord>({
    seedCount: seeds.sizes[object],
    seedRecord: (n) => seeds.record(object, n),
    seedAt: (n) => seeds.stamp(object, n),
    seedValue: (n, field) => seeds.value(object, n, field),
    value: (record, field) => {
      const value = record[field];
      return typeof value === 'string' ? value : null;
    },
    hidden: (record) => record.archived,
    lag: (n, at) => (indexLagMs === 0 ? 0 : mix(seeds.seed, 21, salt, n, at, at / 4294967296) % (indexLagMs + 1)),
    maxLag: indexLagMs,
  });
}

function asObject(value: Json | undefined): Record<string, Json> {
  const out: Record<string, Json> = {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return out;
  for (const [key, item] of Object.entries(value)) if (item !== undefined) out[key] = item;
  return out;
}
