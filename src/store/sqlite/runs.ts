import type { Diagnostic } from '../../record/diagnostic.ts';
import type { HistoryEntry, MappingCounts, MappingKey, Run, Side } from '../port.ts';
import { integer, integerOrNull, text, textOrNull } from './column.ts';
import type { Database } from './database.ts';

/** Newest first. */
export function readHistory(db: Database, mapping: MappingKey, side: Side, id: string, limit: number): HistoryEntry[] {
  const sql = `SELECT a, b, run, at, kind, rule, fields, digests FROM history WHERE mapping = ? AND ${side} = ?
    ORDER BY at DESC, id DESC LIMIT ?`;
  const rows = db.statement(sql).all(db.findMapping(mapping), id, limit);
  return rows.map((row) => {
    const fields: string[] = JSON.parse(text(row.fields));
    const digests: HistoryEntry['digests'] = row.digests === null ? null : JSON.parse(text(row.digests));
    return {
      mapping,
      a: textOrNull(row.a),
      b: textOrNull(row.b),
      run: text(row.run),
      at: integer(row.at),
      kind: text(row.kind),
      rule: text(row.rule),
      fields,
      digests,
    };
  });
}

export function writeHistory(db: Database, entries: readonly HistoryEntry[]): void {
  const sql = `INSERT INTO history (mapping, a, b, run, at, kind, rule, fields, digests)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  for (const { mapping, a, b, run, at, kind, rule, fields, digests } of entries) {
    const overruled = digests === null ? null : JSON.stringify(digests);
    db.statement(sql).run(db.mapping(mapping), a, b, run, at, kind, rule, JSON.stringify(fields), overruled);
  }
}

/** Newest first. */
export function readRuns(db: Database, integration: string, limit: number): Run[] {
  const sql = 'SELECT * FROM run WHERE integration = ? ORDER BY started DESC, number DESC LIMIT ?';
  return db
    .statement(sql)
    .all(integration, limit)
    .map((row) => {
      const counts: Record<string, MappingCounts> = JSON.parse(text(row.counts));
      const calls: Run['calls'] = JSON.parse(text(row.calls));
      const diagnostics: Diagnostic[] = JSON.parse(text(row.diagnostics));
      return {
        id: text(row.id),
        integration,
        environment: text(row.environment),
        started: integer(row.started),
        finished: integerOrNull(row.finished),
        outcome: outcome(row.outcome),
        counts,
        calls,
        diagnostics,
      };
    });
}

const OUTCOMES = ['running', 'done', 'partial', 'failed', 'interrupted'] as const;

function outcome(value: unknown): Run['outcome'] {
  const known = OUTCOMES.find((name) => name === value);
  if (known === undefined) throw new Error('The store holds an unknown outcome of a run');
  return known;
}

export function writeRun(db: Database, run: Run): void {
  const sql = `INSERT INTO run (id, integration, environment, started, finished, outcome, counts, calls, diagnostics)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET integration = excluded.integration, environment = excluded.environment,
      started = excluded.started, finished = excluded.finished, outcome = excluded.outcome, counts = excluded.counts,
      calls = excluded.calls, diagnostics = excluded.diagnostics`;
  db.statement(sql).run(
    run.id,
    run.integration,
    run.environment,
    run.started,
    run.finished,
    run.outcome,
    JSON.stringify(run.counts),
    JSON.stringify(run.calls),
    JSON.stringify(run.diagnostics),
  );
}
