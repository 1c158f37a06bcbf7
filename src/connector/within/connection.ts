import { ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Access } from '../access.ts';
import { compileCodec } from '../codec.ts';
import type { ConnectorDefinition } from '../definition.ts';
import type {
  Capabilities,
  Connection,
  CreateItem,
  GetOutcome,
  ReadRequest,
  ReadStep,
  RemoveItem,
  UpdateItem,
  Wanted,
  Wire,
  WireRecord,
  WriteOutcome,
} from '../port.ts';
import { type Holding, refused, type Step, VERSION_PATH, wholeIn, withoutAdded } from './holding.ts';
import { lineHolding } from './lines.ts';
import { partHolding } from './parts.ts';
import { rewriteWholes, type Work } from './rewrite.ts';

/**
 * A connection that also serves the objects whose records stand within those of another one, as the connector declares by
 * `part_of` and `lines_of`. It reads and writes nothing but the wholes, through the connection that it is given.
 */
export function withPartsAndLines(inner: Connection): Connection {
  const holdings = holdingsOf(inner);
  return holdings.size === 0 ? inner : new HoldingConnection(inner, holdings);
}

function holdingsOf(inner: Connection): Map<string, Holding> {
  const holdings = new Map<string, Holding>();
  for (const [name, definition] of Object.entries(inner.connector.objects)) {
    const codec = compileCodec(definition, (list) => inner.options(list));
    if (definition.part_of) holdings.set(name, partHolding(name, definition, definition.part_of, codec));
    else if (definition.lines_of) holdings.set(name, lineHolding(name, definition, definition.lines_of, codec));
  }
  return holdings;
}

class HoldingConnection implements Connection {
  readonly connector: ConnectorDefinition;
  readonly access?: Access;
  readonly #inner: Connection;
  readonly #holdings: ReadonlyMap<string, Holding>;

  constructor(inner: Connection, holdings: ReadonlyMap<string, Holding>) {
    this.connector = inner.connector;
    if (inner.access) this.access = inner.access;
    this.#inner = inner;
    this.#holdings = holdings;
  }

  capabilities(object: string): Capabilities {
    const holding = this.#holdings.get(object);
    if (!holding) return this.#inner.capabilities(object);
    const can = this.#inner.capabilities(holding.whole);
    const update = can.get && can.update;
    return {
      ...can,
      findable: can.get ? [holding.wholeField] : [],
      create: update || (holding.createsWhole && can.create),
      update,
      remove: update,
      archive: false,
      createBatch: can.updateBatch,
      removeBatch: can.updateBatch,
      idempotencyMs: 0,
    };
  }

  read(request: ReadRequest): AsyncIterable<ReadStep> {
    const holding = this.#holdings.get(request.object);
    if (!holding) return this.#inner.read(request);
    return pagesWithin(holding, this.#inner.read({ ...request, object: holding.whole }), request.since !== null);
  }

  /** A list of ids does not tell what stands within: the wholes are read. */
  sweep(object: string, signal?: AbortSignal): AsyncIterable<ReadStep> {
    if (!this.#holdings.has(object)) return this.#inner.sweep(object, signal);
    return this.read({ object, since: null, ...(signal ? { signal } : {}) });
  }

  async get(object: string, ids: readonly string[]): Promise<GetOutcome[]> {
    const holding = this.#holdings.get(object);
    if (!holding) return this.#inner.get(object, ids);
    const wholes = [...new Set(ids.map(holding.wholeOf))];
    const outcomes = await this.#inner.get(holding.whole, wholes);
    const byWhole = new Map(wholes.map((id, at) => [id, outcomes[at]]));
    return ids.map((id) => outcomeWithin(holding, id, byWhole.get(holding.wholeOf(id))));
  }

  async find(object: string, field: string, wire: unknown): Promise<Result<WireRecord[]>> {
    const holding = this.#holdings.get(object);
    if (!holding) return this.#inner.find(object, field, wire);
    if (field !== holding.wholeField || typeof wire !== 'string') return ok([]);
    const [outcome] = await this.#inner.get(holding.whole, [wire]);
    if (outcome?.kind === 'unknown') return { ok: false, error: outcome.diagnostic };
    return outcome?.kind === 'present' ? holding.recordsIn(outcome.record) : ok([]);
  }

  async create(object: string, items: readonly CreateItem[], wanted?: Wanted): Promise<WriteOutcome[]> {
    const holding = this.#holdings.get(object);
    if (!holding) return this.#inner.create(object, items, wanted);
    const outcomes: WriteOutcome[] = new Array(items.length);
    const works: { at: number; work: Work }[] = [];
    const alone: number[] = [];
    for (const [at, { wire, reserved = [] }] of items.entries()) {
      const whole = wholeIn(wire);
      if (whole !== null) works.push({ at, work: { whole, step: { kind: 'put', wire, reserved, isNew: true } } });
      else if (holding.createsWhole) alone.push(at);
      else outcomes[at] = refused('invalid', wholeMissing(holding));
    }
    const bare = alone.flatMap((at) => (items[at] ? [{ ...items[at], wire: withoutAdded(items[at].wire) }] : []));
    const made = bare.length === 0 ? [] : await this.#inner.create(holding.whole, bare, wanted);
    for (const [index, at] of alone.entries()) outcomes[at] = madeWithin(holding, made[index]);
    const put = await rewriteWholes(
      this.#inner,
      holding,
      works.map(({ work }) => work),
    );
    for (const [index, { at }] of works.entries()) outcomes[at] = put[index] ?? UNANSWERED;
    return outcomes;
  }

  async update(object: string, items: readonly UpdateItem[]): Promise<WriteOutcome[]> {
    const holding = this.#holdings.get(object);
    if (!holding) return this.#inner.update(object, items);
    const isMoved = ({ id, wire }: UpdateItem) => (wholeIn(wire) ?? holding.wholeOf(id)) !== holding.wholeOf(id);
    const staying = items.filter((item) => !isMoved(item));
    const changed = await rewriteWholes(
      this.#inner,
      holding,
      staying.map((item) => changeOf(holding, item)),
    );
    const outcomes = new Map(staying.map((item, at) => [item, changed[at]]));
    for (const item of items.filter(isMoved)) outcomes.set(item, await this.#move(holding, item));
    return items.map((item) => outcomes.get(item) ?? UNANSWERED);
  }

  async remove(object: string, items: readonly RemoveItem[], archive: boolean): Promise<WriteOutcome[]> {
    const holding = this.#holdings.get(object);
    if (!holding) return this.#inner.remove(object, items, archive);
    return rewriteWholes(
      this.#inner,
      holding,
      items.map(({ id, version }) => ({ whole: holding.wholeOf(id), step: { kind: 'take', id, version } })),
    );
  }

  /**
   * Written at its new place first, then taken from the old one: what comes between may leave it at both places, never at
   * none. A place that holds the very same already is one where this was broken off.
   */
  async #move(holding: Holding, item: UpdateItem): Promise<WriteOutcome> {
    const [found] = await this.get(holding.name, [item.id]);
    if (found?.kind === 'unknown') return { kind: 'failed', class: 'transient', diagnostic: found.diagnostic };
    if (found?.kind !== 'present' || found.record.archived) return refused('conflict', gone(holding));
    if (item.version !== null && item.version !== found.record.version) return refused('conflict', gone(holding));
    const carried = holding.carried(found.record);
    if (!carried.ok) return refused('invalid', carried.error);
    const wire: Wire = { ...carried.value, ...item.wire };
    const put = await this.#one(holding, wholeIn(wire) ?? '', {
      kind: 'put',
      wire,
      reserved: item.reserved ?? [],
      isNew: false,
    });
    if (put.kind !== 'done') return put;
    const { version } = found.record;
    const taken = await this.#one(holding, holding.wholeOf(item.id), { kind: 'take', id: item.id, version });
    if (taken.kind === 'done') return put;
    if (taken.kind === 'uncertain') return taken;
    const undone = await this.#one(holding, holding.wholeOf(put.id), { kind: 'take', id: put.id, version: null });
    return undone.kind === 'done' ? taken : { kind: 'uncertain', diagnostic: atBothPlaces(holding) };
  }

  async #one(holding: Holding, whole: string, step: Step): Promise<WriteOutcome> {
    const [outcome] = await rewriteWholes(this.#inner, holding, [{ whole, step }]);
    return outcome ?? UNANSWERED;
  }

  guardWrites: Connection['guardWrites'] = (check) => this.#inner.guardWrites(check);
  loadOptions: Connection['loadOptions'] = (object, how) => this.#inner.loadOptions(object, how);
  recallOptions: Connection['recallOptions'] = (lists) => this.#inner.recallOptions(lists);
  options: Connection['options'] = (list) => this.#inner.options(list);
  createOption: Connection['createOption'] = (list, option) => this.#inner.createOption(list, option);
  customFields: Connection['customFields'] = async (object) =>
    this.#holdings.has(object) ? ok(null) : this.#inner.customFields(object);
  createField: Connection['createField'] = (object, field) => this.#inner.createField(object, field);
  ask: Connection['ask'] = (request) => this.#inner.ask(request);
  rights: Connection['rights'] = () => this.#inner.rights();
  calls: Connection['calls'] = () => this.#inner.calls();
  quota: Connection['quota'] = () => this.#inner.quota();
  close: Connection['close'] = () => this.#inner.close();
}

/** A change in its whole; a part was read with all of its whole, which need not be read again then. */
function changeOf(holding: Holding, { id, wire: sent, version, current, reserved = [] }: UpdateItem): Work {
  const work: Work = { whole: holding.wholeOf(id), step: { kind: 'change', id, wire: sent, version, reserved } };
  if (holding.listed || !current) return work;
  const read = typeof current[VERSION_PATH] === 'string' ? current[VERSION_PATH] : null;
  const wire = withoutAdded(current);
  return { ...work, current: { id, version: read, modified: null, archived: false, mergedInto: null, wire } };
}

async function* pagesWithin(holding: Holding, steps: AsyncIterable<ReadStep>, isChanges: boolean) {
  for await (const step of steps) yield step.kind === 'page' ? pageWithin(holding, step.records, isChanges) : step;
}

/**
 * What stands within a page of wholes. Of changes, a whole without its part tells that it was deleted; a read of everything
 * need not say so.
 */
function pageWithin(holding: Holding, wholes: readonly WireRecord[], isChanges: boolean): ReadStep {
  const page: Required<Extract<ReadStep, { kind: 'page' }>> = {
    kind: 'page',
    records: [],
    newest: null,
    complete: [],
    remarks: [],
  };
  for (const whole of wholes) {
    if (whole.modified !== null && whole.modified > (page.newest ?? 0)) page.newest = whole.modified;
    const found = holding.recordsIn(whole);
    if (!found.ok) {
      page.remarks.push({ ...found.error, severity: 'warning' });
      continue;
    }
    page.records.push(...found.value);
    if (holding.listed) page.complete.push(whole.id);
    else if (isChanges && found.value.length === 0) page.records.push(holding.absent(whole, whole.id));
  }
  return page;
}

function outcomeWithin(holding: Holding, id: string, whole: GetOutcome | undefined): GetOutcome {
  if (whole?.kind !== 'present') return whole ?? { kind: 'gone' };
  const found = holding.recordsIn(whole.record);
  if (!found.ok) return { kind: 'unknown', diagnostic: found.error };
  const record = found.value.find((one) => one.id === id);
  return { kind: 'present', record: record ?? holding.absent(whole.record, id) };
}

function madeWithin(holding: Holding, outcome: WriteOutcome | undefined): WriteOutcome {
  if (outcome?.kind !== 'done' || outcome.record === null) return outcome ?? UNANSWERED;
  const found = holding.recordsIn(outcome.record);
  return { ...outcome, record: (found.ok && found.value[0]) || null };
}

const UNANSWERED: WriteOutcome = {
  kind: 'uncertain',
  diagnostic: problem('answer-missing', 'The connection told nothing about a write'),
};

const wholeMissing = ({ name, whole, wholeField }: Holding) =>
  problem('whole-missing', `A record of ${name} stands within one of ${whole}, and does not say in which`, {
    next: `Fill ${wholeField}, or keep such records out by a filter of the mapping`,
  });

const gone = ({ name }: Holding) =>
  problem('version-conflict', `The record of ${name} that was to move has changed since it was read`);

const atBothPlaces = ({ name }: Holding) =>
  problem(
    'move-unfinished',
    `A record of ${name} was written at its new place and could not be taken from the old one`,
    {
      next: 'It is tried again by itself. If it stays, empty one of the two places by hand.',
    },
  );
