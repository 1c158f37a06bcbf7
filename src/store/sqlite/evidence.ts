import { ok, type Result } from '../../record/diagnostic.ts';
import type { EvidenceLog, Override, StoredCheck, StoredEvidence } from '../evidence.ts';
import { integer, oneOf, text, textOrNull } from './column.ts';
import type { Database } from './database.ts';

export function sqliteEvidence(db: Database): EvidenceLog {
  return {
    add: async (check) => db.transaction(() => writeCheck(db, check)),
    checks: async (integration, limit) => readChecks(db, integration, limit),
    latest: async (integration) => readLatest(db, integration),
    addOverride: async (override) => db.transaction(() => writeOverride(db, override)),
    overrides: async (integration) => readOverrides(db, integration),
  };
}

function writeCheck(db: Database, { integration, at, version, answers, evidence }: StoredCheck): Result<void> {
  const sql = 'INSERT INTO check_run (integration, at, version, answers) VALUES (?, ?, ?, ?) RETURNING id';
  const id = integer(db.statement(sql).get(integration, at, version, JSON.stringify(answers))?.id);
  const insert = db.statement(`INSERT INTO evidence
    (check_run, integration, question, side, probe, at, took, verdict, asked, found, facts, next, basis)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const one of evidence) {
    const { question, side, probe, tookMs, verdict, asked, found, facts, next, basis } = one;
    const known = JSON.stringify(facts);
    insert.run(id, integration, question, side, probe, one.at, tookMs, verdict, asked, found, known, next, basis);
  }
  return ok(undefined);
}

function readChecks(db: Database, integration: string, limit: number): StoredCheck[] {
  const sql = 'SELECT id, at, version, answers FROM check_run WHERE integration = ? ORDER BY at DESC, id DESC LIMIT ?';
  return db
    .statement(sql)
    .all(integration, limit)
    .map((row) => {
      const answers: StoredCheck['answers'] = JSON.parse(text(row.answers));
      const found = db.statement('SELECT * FROM evidence WHERE check_run = ? ORDER BY id').all(integer(row.id));
      return {
        integration,
        at: integer(row.at),
        version: text(row.version),
        answers,
        evidence: found.map(evidenceOf),
      };
    });
}

function readLatest(db: Database, integration: string): StoredEvidence[] {
  const sql = `SELECT * FROM evidence WHERE id IN (
      SELECT max(id) FROM evidence WHERE integration = ? GROUP BY question, side, probe
    ) ORDER BY id`;
  return db.statement(sql).all(integration).map(evidenceOf);
}

function evidenceOf(row: Record<string, unknown>): StoredEvidence {
  const facts: StoredEvidence['facts'] = JSON.parse(text(row.facts));
  return {
    question: text(row.question),
    probe: text(row.probe),
    side: oneOf(row.side, ['a', 'b']),
    at: integer(row.at),
    tookMs: integer(row.took),
    verdict: oneOf(row.verdict, ['holds', 'contradicts', 'unknown']),
    asked: text(row.asked),
    found: text(row.found),
    facts,
    next: textOrNull(row.next),
    basis: text(row.basis),
  };
}

function writeOverride(db: Database, { integration, question, reason, at }: Override): Result<void> {
  const sql = 'INSERT INTO override (integration, question, reason, at) VALUES (?, ?, ?, ?)';
  db.statement(sql).run(integration, question, reason, at);
  return ok(undefined);
}

function readOverrides(db: Database, integration: string): Override[] {
  return db
    .statement('SELECT question, reason, at FROM override WHERE integration = ? ORDER BY id DESC')
    .all(integration)
    .map((row) => ({ integration, question: text(row.question), reason: text(row.reason), at: integer(row.at) }));
}
