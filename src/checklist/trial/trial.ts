import type { WireRecord } from '../../connector/port.ts';
import { runIntegration } from '../../engine/run.ts';
import type { LoadedIntegration, LoadedMapping } from '../../integration/loaded.ts';
import { sameValue } from '../../record/canonical.ts';
import { type Diagnostic, ok, type Result } from '../../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import type { Link, ParkedRecord, Store } from '../../store/port.ts';
import { openScratch } from '../../store/scratch.ts';
import { openSqliteStore } from '../../store/sqlite/store.ts';
import { passesFilter } from '../filter.ts';
import type { Marked } from '../marks/marks.ts';
import type { WritingContext } from '../question.ts';
import { seedOf } from './candidates.ts';
import { type FittingScope, fittingRecord, otherValue } from './fitting-record.ts';
import { codecOf, definitionOf, type RowFlow, rowFlows } from './row-flow.ts';

export type TrialEvent = 'create' | 'update' | 'delete';

/** What became of an event on a marked record of one side, under one mapping. */
export interface EventOutcome {
  mapping: string;
  /** The side where it happened. */
  side: Side;
  event: TrialEvent;
  /** `untried`: it could not be tried, or not be told. */
  result: 'as-agreed' | 'otherwise' | 'untried';
  /** In words, without values: `created`, `held`; or what is wrong. */
  found: string;
  next?: string;
}

/**
 * Creates, changes and deletes marked records in both systems, and lets runs of the engine, with a store of their own, do
 * what the integration says to them. Fails where no run can be made.
 */
export async function tryPropagation(context: WritingContext): Promise<Result<EventOutcome[]>> {
  const { platform, integration } = context;
  const random = (length: number) => platform.random.bytes(length);
  const store = openSqliteStore(':memory:', { key: random(32), random: platform.random, clock: platform.clock });
  if (!store.ok) return store;
  try {
    const trial = new Trial(context, store.value, { fields: random(16), strong: random(32) });
    await trial.make();
    const created = await trial.creates();
    if (!created.ok) return created;
    const updated = await trial.updates();
    if (!updated.ok) return updated;
    const deleted = await trial.deletes();
    if (!deleted.ok) return deleted;
    const order = integration.mappings.map(({ name }) => name);
    const all = [...created.value, ...updated.value, ...deleted.value];
    return ok(all.sort((one, other) => order.indexOf(one.mapping) - order.indexOf(other.mapping)));
  } finally {
    await store.value.close();
  }
}

/** A record that was made on a side, or why there is none. */
type Made = { kind: 'made'; marked: Marked } | { kind: 'none'; why: Diagnostic };

type Verdict = Pick<EventOutcome, 'result' | 'found' | 'next'>;

/** Far above what a trial deletes or parks: what is tried is the agreement for one record. */
const NO_GUARD = { share: 1, records: Number.MAX_SAFE_INTEGER };
const NO_LIMIT = { share: 1, least: Number.MAX_SAFE_INTEGER };
const SCRATCH_BYTES = 1_000_000;

class Trial {
  readonly #context: WritingContext;
  readonly #store: Store;
  readonly #keys: { fields: Uint8Array; strong: Uint8Array };
  /** By side and mapping. */
  readonly #made = new Map<string, Made>();

  constructor(context: WritingContext, store: Store, keys: { fields: Uint8Array; strong: Uint8Array }) {
    this.#context = context;
    this.#store = store;
    this.#keys = keys;
  }

  /** One record of each mapping on each side, parents first. */
  async make(): Promise<void> {
    const { integration, connections, marks, samples, platform } = this.#context;
    for (const { objects } of integration.mappings)
      for (const side of SIDES) await connections[side].loadOptions(objects[side]);
    for (const mapping of integration.mappings) {
      for (const side of SIDES) {
        const object = mapping.objects[side];
        const token = Buffer.from(platform.random.bytes(4)).toString('hex');
        const sample = await samples.of(side, object);
        const scope = { ...this.#scope(token), seen: sample.records.map((one) => one.fields) };
        const fields = fittingRecord(scope, side, object, [mapping]);
        const made = fields.ok ? await marks.make(side, object, fields.value) : fields;
        this.#made.set(
          `${side} ${mapping.name}`,
          made.ok ? { kind: 'made', marked: made.value } : { kind: 'none', why: made.error },
        );
      }
    }
  }

  #scope(token: string): FittingScope {
    const { integration, connections } = this.#context;
    return {
      integration,
      connections,
      seed: seedOf(token),
      seen: [],
      referenceOf: (name, side, by) => {
        const made = this.#made.get(`${side} ${name}`);
        return made?.kind === 'made' && by === null ? made.marked.id : null;
      },
    };
  }

  /** Lets the engine do what is to be done to the marked records; `forced`: creates, whatever is agreed. */
  async #run(forced = false): Promise<Result<void>> {
    const { integration, marks, platform, signal } = this.#context;
    const ran = await runIntegration({
      integration: unguarded(integration, forced),
      connections: { a: marks.fenced('a'), b: marks.fenced('b') },
      store: this.#store,
      platform,
      keys: this.#keys,
      openScratch: () =>
        openScratch({
          memoryBytes: SCRATCH_BYTES,
          directory: null,
          random: (length) => platform.random.bytes(length),
        }),
      mode: 'sync',
      sweep: 'always',
      full: true,
      signal,
    });
    if (!ran.ok) return ran;
    const [stopped] =
      ran.value.outcome === 'failed' ? ran.value.diagnostics.filter((one) => one.severity === 'error') : [];
    return stopped ? { ok: false, error: stopped } : ok(undefined);
  }

  async creates(): Promise<Result<EventOutcome[]>> {
    const first = await this.#run();
    if (!first.ok) return first;
    const early = await this.#each('create', (mapping, side, marked) => this.#created(mapping, side, marked));
    // Pairs for what follows, also where no create is agreed; and children whose parents were not there before.
    const second = await this.#run(true);
    if (!second.ok) return second;
    const late = await this.#each('create', (mapping, side, marked) => this.#created(mapping, side, marked));
    return ok(
      early.map((one, at) => {
        const agreed = this.#mapping(one.mapping).propagate[one.side].create;
        return agreed === 'create' && one.result === 'otherwise' ? (late[at] ?? one) : one;
      }),
    );
  }

  async #created(mapping: LoadedMapping, side: Side, marked: Marked): Promise<Verdict> {
    const own = await this.#read(side, mapping, marked.id);
    if (own.kind !== 'present') return this.#notDone(side, 'created', own);
    if (!passesFilter(mapping.filter[side], own.fields)) return untriedText('it is outside the filter');
    const agreed = mapping.propagate[side].create;
    const partner = await this.#partner(mapping, side, marked.id);
    const parked = await this.#parked(mapping, side, marked.id);
    if (agreed === 'ignore') return partner.kind === 'none' && !parked ? fine('ignored') : wrong('it was not ignored');
    if (agreed === 'hold')
      return partner.kind === 'none' && parked?.reason === 'held-create' ? fine('held') : wrong('it was not held');
    if (partner.kind === 'unknown') return untried(partner.why);
    if (partner.kind === 'none') {
      if (parked?.reason === 'parent-missing') return untriedText('the record that it refers to is not there');
      return parked ? parkedVerdict(parked) : wrong('nothing was created');
    }
    if (partner.kind !== 'present') return this.#notDone(otherSide(side), 'created', partner);
    const differing = this.#differing(mapping, side, own.fields, partner.fields);
    return differing.length === 0
      ? fine('created')
      : changedBy(this.#system(otherSide(side)), mapping, side, differing);
  }

  async updates(): Promise<Result<EventOutcome[]>> {
    const changes = new Map<string, { flow: RowFlow; before: Fields }>();
    const early = await this.#each('update', async (mapping, side, marked) => {
      const partner = await this.#partner(mapping, side, marked.id);
      if (partner.kind !== 'present') return untriedText('there is no counterpart to update');
      const own = await this.#read(side, mapping, marked.id);
      if (own.kind !== 'present') return this.#notDone(side, 'created', own);
      const change = this.#changeOf(mapping, side, own.fields);
      if (!change) return untriedText('no field of it goes to the other system with another value');
      const outcome = await this.#context.marks.change(marked, { [change.flow.from]: change.value });
      if (outcome.kind !== 'done') return untried(outcome.diagnostic);
      const now = await this.#read(side, mapping, marked.id);
      if (now.kind !== 'present') return this.#notDone(side, 'changed', now);
      if (!sameValue(now.fields[change.flow.from], change.value)) {
        return wrong(
          `${this.#system(side)} said that ${change.flow.from} was changed, and holds something else`,
          `Find out why ${this.#system(side)} does not keep ${mapping.objects[side]}.${change.flow.from}`,
        );
      }
      changes.set(`${mapping.name} ${side}`, { flow: change.flow, before: partner.fields });
      return fine('changed');
    });
    const ran = await this.#run();
    if (!ran.ok) return ran;
    const late = await this.#each('update', async (mapping, side, marked) => {
      const change = changes.get(`${mapping.name} ${side}`);
      return change ? this.#updated(mapping, side, marked, change) : untriedText('');
    });
    return ok(early.map((one, at) => (one.result === 'as-agreed' ? (late[at] ?? one) : one)));
  }

  #changeOf(mapping: LoadedMapping, side: Side, record: Fields): { flow: RowFlow; value: Value } | null {
    const { connections, marks, platform } = this.#context;
    const place = marks.fields(side, mapping.objects[side]);
    const token = Buffer.from(platform.random.bytes(4)).toString('hex');
    for (const flow of rowFlows(connections, mapping, side)) {
      if (flow.from === '' || flow.from === place?.shown || flow.from === place?.sought) continue;
      if (definitionOf(connections, side, mapping.objects[side]).fields[flow.from]?.read_only) continue;
      const value = otherValue(this.#scope(token), side, mapping, flow, record);
      if (value !== undefined) return { flow, value };
    }
    return null;
  }

  async #updated(
    mapping: LoadedMapping,
    side: Side,
    marked: Marked,
    { flow, before }: { flow: RowFlow; before: Fields },
  ): Promise<Verdict> {
    const agreed = mapping.propagate[side].update;
    const partner = await this.#partner(mapping, side, marked.id);
    if (partner.kind === 'unknown') return untried(partner.why);
    if (partner.kind !== 'present') return wrong('its counterpart is not there any more');
    const parked = await this.#parked(mapping, side, marked.id);
    const untouched = sameValue(partner.fields[flow.to], before[flow.to]);
    if (agreed === 'ignore') return untouched && !parked ? fine('ignored') : wrong('it was not ignored');
    if (agreed === 'hold')
      return untouched && parked?.reason === 'held-update' ? fine('held') : wrong('it was not held');
    if (parked) return parkedVerdict(parked);
    const own = await this.#read(side, mapping, marked.id);
    const wanted = own.kind === 'present' ? flow.value(own.fields) : null;
    if (wanted?.kind === 'value' && sameValue(partner.fields[flow.to], wanted.value)) return fine('updated');
    const target = this.#system(otherSide(side));
    return wrong(
      `${target} ${untouched ? 'still holds the old value' : 'holds something else'} in ${flow.to}`,
      `Find out why ${target} does not keep ${mapping.objects[otherSide(side)]}.${flow.to}`,
    );
  }

  /** Children before their parents. */
  async deletes(): Promise<Result<EventOutcome[]>> {
    const { connections, marks } = this.#context;
    const tried = new Set<string>();
    const early = await this.#each(
      'delete',
      async (mapping, side, marked) => {
        const partner = await this.#partner(mapping, side, marked.id);
        if (partner.kind !== 'present') return untriedText('there is no counterpart');
        const can = connections[side].capabilities(mapping.objects[side]);
        if (!can.remove && !can.archive) return untriedText('the connector declares no delete');
        const outcome = await marks.remove(marked, !can.remove);
        if (outcome.kind !== 'done') return untried(outcome.diagnostic);
        const now = await this.#read(side, mapping, marked.id);
        if (now.kind === 'unknown') return untried(now.why);
        if (now.kind === 'present') {
          return wrong(
            `${this.#system(side)} said that it is deleted, and it is still there`,
            `Find out why ${this.#system(side)} does not delete ${mapping.objects[side]}`,
          );
        }
        tried.add(`${mapping.name} ${side}`);
        return fine('deleted');
      },
      true,
    );
    const ran = await this.#run();
    if (!ran.ok) return ran;
    const late = await this.#each(
      'delete',
      async (mapping, side, marked) =>
        tried.has(`${mapping.name} ${side}`) ? this.#deleted(mapping, side, marked) : untriedText(''),
      true,
    );
    return ok(early.map((one, at) => (one.result === 'as-agreed' ? (late[at] ?? one) : one)));
  }

  async #deleted(mapping: LoadedMapping, side: Side, marked: Marked): Promise<Verdict> {
    const agreed = mapping.propagate[side].delete;
    const target = this.#system(otherSide(side));
    const partner = await this.#partner(mapping, side, marked.id);
    if (partner.kind === 'unknown') return untried(partner.why);
    const parked = await this.#parked(mapping, side, marked.id);
    const stands = partner.kind === 'present';
    if (agreed === 'hold') return stands && parked?.reason === 'held-delete' ? fine('held') : wrong('it was not held');
    if (agreed === 'ignore' || agreed === 'unlink')
      return stands && !parked ? fine(agreed === 'ignore' ? 'ignored' : 'unlinked') : wrong(`it was not ${agreed}d`);
    if (parked) return parkedVerdict(parked);
    if (stands) {
      return wrong(
        `${target} still holds the record`,
        `Find out why ${target} does not ${agreed} ${mapping.objects[otherSide(side)]}`,
      );
    }
    // What was taken out of a whole that stays is gone.
    const { part_of: part, lines_of: lines } = definitionOf(
      this.#context.connections,
      otherSide(side),
      mapping.objects[otherSide(side)],
    );
    const archived = partner.kind === 'archived' && !part && !lines;
    if (agreed === 'archive') return archived ? fine('archived') : wrong('it was deleted for good, not archived');
    return archived ? wrong('it was archived, not deleted') : fine('deleted');
  }

  /** Asks of each mapping and side what became of its marked record, in order, or children first. */
  async #each(
    event: TrialEvent,
    ask: (mapping: LoadedMapping, side: Side, marked: Marked) => Promise<Verdict>,
    childrenFirst = false,
  ): Promise<EventOutcome[]> {
    const { mappings } = this.#context.integration;
    const outcomes: EventOutcome[] = [];
    for (const mapping of childrenFirst ? [...mappings].reverse() : mappings) {
      for (const side of SIDES) {
        const made = this.#made.get(`${side} ${mapping.name}`);
        const verdict =
          made?.kind === 'made'
            ? await ask(mapping, side, made.marked)
            : made
              ? untried(made.why)
              : untriedText('no record was made');
        outcomes.push({ mapping: mapping.name, side, event, ...verdict });
      }
    }
    return outcomes;
  }

  /** A record of a mapping as its system holds it now. */
  async #read(side: Side, { objects }: LoadedMapping, id: string): Promise<Standing> {
    const { connections } = this.#context;
    const object = objects[side];
    const [seen] = await connections[side].get(object, [id]);
    if (seen?.kind === 'unknown') return { kind: 'unknown', why: seen.diagnostic };
    if (seen?.kind !== 'present') return { kind: 'gone' };
    return seen.record.archived
      ? { kind: 'archived' }
      : { kind: 'present', fields: this.#decode(side, object, seen.record) };
  }

  #decode(side: Side, object: string, { wire }: WireRecord): Fields {
    const { connections } = this.#context;
    return codecOf(connections, side, object).decode(wire, Object.keys(definitionOf(connections, side, object).fields))
      .fields;
  }

  async #partner(mapping: LoadedMapping, side: Side, id: string): Promise<Standing | { kind: 'none' }> {
    const link = await this.#link(mapping, side, id);
    return link ? this.#read(otherSide(side), mapping, link[otherSide(side)]) : { kind: 'none' };
  }

  async #link(mapping: LoadedMapping, side: Side, id: string): Promise<Link | undefined> {
    return (await this.#store.links(this.#key(mapping), side, [id])).get(id);
  }

  async #parked(mapping: LoadedMapping, side: Side, id: string): Promise<ParkedRecord | undefined> {
    return (await this.#store.parked({ mapping: this.#key(mapping), side, ids: [id] }))[0];
  }

  #key({ name }: LoadedMapping): string {
    return `${this.#context.integration.name}/${name}`;
  }

  #mapping(name: string): LoadedMapping {
    const mapping = this.#context.integration.mappings.find((one) => one.name === name);
    if (!mapping) throw new Error(`no mapping ${name}`);
    return mapping;
  }

  #system(side: Side): string {
    return this.#context.integration[side].name;
  }

  /** The fields of the other side that hold something else than what was written to them. */
  #differing(mapping: LoadedMapping, side: Side, own: Fields, theirs: Fields): string[] {
    return rowFlows(this.#context.connections, mapping, side).flatMap((flow) => {
      const wanted = flow.value(own);
      return wanted.kind === 'value' && !sameValue(wanted.value, theirs[flow.to] ?? null) ? [flow.to] : [];
    });
  }

  #notDone(side: Side, done: string, standing: Standing): Verdict {
    if (standing.kind === 'unknown') return untried(standing.why);
    const system = this.#system(side);
    return wrong(`${system} said that it was ${done}, and does not hold it`, `Find out why ${system} does not keep it`);
  }
}

/** A record, as a read just told. */
type Standing =
  | { kind: 'present'; fields: Fields }
  | { kind: 'archived' }
  | { kind: 'gone' }
  | { kind: 'unknown'; why: Diagnostic };

const fine = (found: string): Verdict => ({ result: 'as-agreed', found });
const wrong = (found: string, next?: string): Verdict => ({
  result: 'otherwise',
  found,
  next: next ?? 'Look at the mapping and try it by hand with `dovetail plan`',
});
const untriedText = (found: string): Verdict => ({ result: 'untried', found });
const untried = ({ summary, next }: Diagnostic): Verdict => ({
  result: 'untried',
  found: summary,
  ...(next === undefined ? {} : { next }),
});

const parkedVerdict = ({ diagnostic: { summary, next } }: ParkedRecord): Verdict =>
  wrong(`it was parked: ${summary}`, next);

const changedBy = (target: string, { objects }: LoadedMapping, side: Side, fields: readonly string[]): Verdict =>
  wrong(
    `${target} holds something else than was written in ${fields.join(', ')}`,
    `Declare what ${target} does to ${fields.map((name) => `${objects[otherSide(side)]}.${name}`).join(', ')} in the connector`,
  );

/** The integration without the guards that are about many records; `forced`: creates whatever is agreed. */
const unguarded = (integration: LoadedIntegration, forced: boolean): LoadedIntegration => ({
  ...integration,
  failures: NO_LIMIT,
  mappings: integration.mappings.map((mapping) => ({
    ...mapping,
    deleteGuard: NO_GUARD,
    ...(forced ? creating(mapping) : {}),
  })),
});

/** Under other rules what was held is decided again. */
const creating = ({ propagate: { a, b }, rules }: LoadedMapping): Partial<LoadedMapping> => ({
  propagate: { a: { ...a, create: 'create' }, b: { ...b, create: 'create' } },
  rules: a.create === 'create' && b.create === 'create' ? rules : `${rules} creating`,
});
