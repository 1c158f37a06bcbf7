import { createHash } from 'node:crypto';
import { type Diagnostic, fail, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { type MappedObject, mappedObjects } from '../answers.ts';
import type { FieldCase } from '../data-cases.ts';
import { isMarkText, markOf } from '../marks/mark.ts';
import type { Marked } from '../marks/marks.ts';
import type { WritingContext } from '../question.ts';
import { seedOf } from '../trial/candidates.ts';
import { fittingRecord } from '../trial/fitting-record.ts';
import { realistic } from './realistic.ts';
import { isOf, packed, valueFor, type WantedCase, wantedCases } from './wanted-cases.ts';

export interface TestDataSettings {
  /** Only these sides. Default: both. */
  sides?: readonly Side[];
  /** Only cases that none of the sampled records shows. */
  missing: boolean;
  /** Other numbers, other values. */
  seed: number;
  /** Told before each record. */
  onRecord?: (side: Side, object: string, done: number, all: number) => void;
}

/** What became of the test data of one object. */
export interface ObjectTestData {
  side: Side;
  object: string;
  /** Ids of the records, with those that an earlier command of the same seed made. */
  ids: string[];
  /** Of them, those that were there already. */
  kept: number;
  /** Cases that these records show. */
  cases: number;
  /** Cases that no record could be made for. */
  untold: { field: string; case: FieldCase | 'umlauts' }[];
  /** Why there is not every record. */
  failures: Diagnostic[];
}

/**
 * Makes marked records in both systems that show what later changes are to be tried on: each mapped field filled and empty,
 * the longest texts, every option, umlauts, two records with one match key. With the same seed it goes on where it stopped.
 */
export async function generateTestData(context: WritingContext, settings: TestDataSettings): Promise<ObjectTestData[]> {
  const { integration, connections } = context;
  for (const { objects } of integration.mappings)
    for (const side of SIDES) await connections[side].loadOptions(objects[side]);
  const made = new Map<string, Marked[]>();
  const report: ObjectTestData[] = [];
  for (const side of settings.sides ?? SIDES) {
    for (const object of mappedObjects(integration, side)) {
      if (context.signal.aborted) return report;
      const maker = new Maker(context, settings, side, object, made);
      report.push(await maker.make());
      made.set(`${side} ${object.name}`, maker.records);
    }
  }
  return report;
}

class Maker {
  readonly records: Marked[] = [];
  readonly #context: WritingContext;
  readonly #settings: TestDataSettings;
  readonly #side: Side;
  readonly #object: MappedObject;
  /** The records of the parents, by side and object. */
  readonly #parents: ReadonlyMap<string, Marked[]>;
  readonly #report: ObjectTestData;

  constructor(
    context: WritingContext,
    settings: TestDataSettings,
    side: Side,
    object: MappedObject,
    parents: ReadonlyMap<string, Marked[]>,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.#side = side;
    this.#object = object;
    this.#parents = parents;
    this.#report = { side, object: object.name, ids: [], kept: 0, cases: 0, untold: [], failures: [] };
  }

  async make(): Promise<ObjectTestData> {
    const { signal } = this.#context;
    const { cases, twin } = await wantedCases(this.#context, this.#side, this.#object, this.#settings.missing);
    const rows = packed(cases);
    const all = rows.length + (twin === null ? 0 : rows.length === 0 ? 2 : 1);
    let first: Fields | null = null;
    for (let at = 0; at < all && !signal.aborted; at++) {
      this.#settings.onRecord?.(this.#side, this.#object.name, at, all);
      const shared = at === all - 1 && twin !== null ? pick(first ?? {}, twin) : {};
      const fields = await this.#one(at, rows[at] ?? [], shared);
      first ??= fields;
      // Where the first record of an object is refused, so will be the others.
      if (first === null) break;
    }
    return this.#report;
  }

  /** Makes one record; where that is refused, without the longest texts; null where that is refused, too. */
  async #one(at: number, row: readonly WantedCase[], shared: Fields): Promise<Fields | null> {
    const modest = row.filter(({ one }) => one !== 'longest');
    let failure: Diagnostic | null = null;
    for (const cases of modest.length < row.length ? [row, modest] : [row]) {
      const made = await this.#try(at, cases, shared);
      if (made.ok) {
        const shown = cases.filter((one) => isOf(one.one, made.value.fields[one.field], one.declared));
        this.#report.cases += shown.length;
        this.#report.untold.push(
          ...row.filter((one) => !shown.includes(one)).map(({ field, one }) => ({ field, case: one })),
        );
        return made.value.fields;
      }
      failure = made.error;
    }
    if (failure) this.#report.failures.push(failure);
    this.#report.untold.push(...row.map(({ field, one }) => ({ field, case: one })));
    return null;
  }

  async #try(at: number, cases: readonly WantedCase[], shared: Fields): Promise<Result<{ fields: Fields }>> {
    const { integration, connections, marks, samples } = this.#context;
    const side = this.#side;
    const object = this.#object.name;
    const { seed } = this.#settings;
    const digest = createHash('sha256').update(`${integration.name} ${seed} ${side} ${object} ${at}`).digest();
    const mark = markOf(digest);
    const token = mark.split(' ').at(-1) ?? mark;
    const place = marks.fields(side, object);
    const sample = await samples.of(side, object);
    const values = realistic(digest.readUInt32BE(8));
    const head = (field: string): string => (field === place?.shown || field === place?.sought ? mark : '');
    const fixed = Object.fromEntries(
      cases.flatMap((one): [string, Value][] => {
        const value = valueFor(one, head(one.field), token);
        return value === undefined ? [] : [[one.field, value]];
      }),
    );
    const fields = fittingRecord(
      {
        integration,
        connections,
        seed: seedOf(token),
        seen: sample.records.map((one) => one.fields),
        fixed: { ...fixed, ...shared },
        prefer: (name, declared) =>
          values.of(name, declared).map((value) => (head(name) === '' ? value : `${head(name)} ${String(value)}`)),
        referenceOf: (name, _, by) => {
          const parent = integration.mappings.find((one) => one.name === name)?.objects[side];
          const parents = this.#parents.get(`${side} ${parent}`) ?? [];
          return by === null ? (parents[at % Math.max(1, parents.length)]?.id ?? null) : null;
        },
      },
      side,
      object,
    );
    if (!fields.ok) return fields;
    const known = marks
      .all()
      .some((one) => one.side === side && one.object === object && one.mark === mark && one.id !== null);
    // A name is left empty where another field bears the mark as well.
    const unseen = place !== null && place.shown !== place.sought && fixed[place.shown ?? ''] === null;
    const made = await marks.make(side, object, fields.value, { mark, unseen });
    if (!made.ok) return fail(made.error);
    this.records.push(made.value);
    this.#report.ids.push(made.value.id);
    if (known) this.#report.kept += 1;
    const named = unseen || !place?.shown || isMarkText(fields.value[place.shown]) ? {} : { [place.shown]: mark };
    return { ok: true, value: { fields: { ...fields.value, ...named } } };
  }
}

const pick = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
