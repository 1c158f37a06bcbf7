import type { ReadRequest, ReadStep } from '../../connector/port.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import type { Row, SqlResult } from './database.ts';
import { type After, firstPageStatement, type PageQuery, pageStatement, TIME } from './statements.ts';
import { KEY, recordOf, STAMP, type Table } from './table.ts';

export type RunRead = (statement: string, values: readonly unknown[]) => Promise<SqlResult>;

interface Reading {
  table: Table;
  kind: 'postgres' | 'sqlite';
  run: RunRead;
}

const SWEEP_ROWS = 10_000;

/** Changes since an instant (rows without a stamp included, where there may be any), or everything. */
export async function* readTable(reading: Reading, request: ReadRequest): AsyncGenerator<ReadStep> {
  const { table } = reading;
  const stamps = request.since === null ? null : table.modified;
  const since = stamps && request.since !== null ? stamps.time.writeMs(request.since) : null;
  if (since === undefined) {
    yield { kind: 'end', complete: false, serverTime: null, diagnostic: problem('since-unusable', 'No such instant') };
    return;
  }
  const outcome: Outcome = { serverTime: null, failure: null };
  const query = { since, unstamped: false, limit: Math.min(request.trial?.pageSize ?? table.page, table.page) };
  yield* pages(reading, query, outcome, request.signal);
  if (stamps?.unstamped && outcome.failure === null) {
    yield* pages(reading, { ...query, unstamped: true }, outcome, request.signal);
  }
  yield endOf(outcome);
}

/** Every key with its stamp and version, without the other columns. */
export async function* sweepTable(reading: Reading, signal?: AbortSignal): AsyncGenerator<ReadStep> {
  const { table } = reading;
  const kept = [table.modified?.column, table.archived?.column, table.mergedInto];
  const columns = [...new Set([...table.keys, ...kept.filter((column) => typeof column === 'string')])];
  const outcome: Outcome = { serverTime: null, failure: null };
  yield* pages(reading, { since: null, unstamped: false, limit: SWEEP_ROWS, columns }, outcome, signal);
  yield endOf(outcome);
}

interface Outcome {
  serverTime: number | null;
  failure: Diagnostic | null;
}

function endOf(outcome: Outcome): ReadStep {
  const { serverTime, failure } = outcome;
  return { kind: 'end', complete: failure === null, serverTime, ...(failure ? { diagnostic: failure } : {}) };
}

/** Page after page; where there is a network, the next is on its way while one is worked on. */
async function* pages(
  { table, kind, run }: Reading,
  query: Omit<PageQuery, 'after'>,
  outcome: Outcome,
  signal?: AbortSignal,
): AsyncGenerator<ReadStep> {
  const ask = (after: After | null): Promise<SqlResult> => {
    const build = after === null ? firstPageStatement : pageStatement;
    return run(...build(table, kind, { ...query, after }));
  };
  let next: Promise<SqlResult> | null = ask(null);
  let first = true;
  while (next !== null) {
    const answer: SqlResult = await next;
    if (!answer.ok) {
      outcome.failure = answer.error.diagnostic;
      return;
    }
    const time = answer.value[0]?.[TIME];
    if (first && outcome.serverTime === null && typeof time === 'number') outcome.serverTime = time;
    first = false;
    const rows: Row[] = answer.value.filter((row) => row[`${KEY}0`] !== null);
    const last = rows.at(-1);
    next = null;
    if (signal?.aborted) outcome.failure = problem('read-aborted', 'The read was stopped before its end');
    else if (last && rows.length === query.limit) next = ask(afterRow(table, last));
    if (rows.length > 0) yield { kind: 'page', records: rows.map((row) => recordOf(table, row)) };
  }
}

function afterRow(table: Table, row: Row): After {
  return { stamp: row[STAMP], key: table.keys.map((_, index) => String(row[`${KEY}${index}`])) };
}
