import type { Finding } from '../port.ts';
import { integer, text } from './column.ts';
import { type Database, sqliteCode, sqliteDiagnostic } from './database.ts';
import { expectedSchema, SCHEMA_VERSION, schemaOf, schemaVersion } from './migrate.ts';

const DAY = 24 * 60 * 60 * 1000;

/** See `Store.diagnose`. `now` in epoch ms. */
export function diagnose(db: Database, now: number): Finding[] {
  const checks: [what: string, check: () => Verdict][] = [
    ['integrity', () => integrity(db)],
    ['schema version', () => version(db)],
    ['schema', () => schema(db)],
    ['baselines', () => baselines(db)],
    ['intents', () => oldIntents(db, now)],
    ['runs', () => abandonedRuns(db, now)],
    ['parked records, wake-up', () => waitingForLinked(db, now)],
    ['parked records, cause', () => waitingForNever(db)],
  ];
  return checks.map(([what, check]) => ({ what, ...checked(check) }));
}

type Verdict = Omit<Finding, 'what'>;

/** A file may be too damaged for a check to run at all: that is a finding, too. */
function checked(check: () => Verdict): Verdict {
  try {
    return check();
  } catch (error) {
    const code = sqliteCode(error);
    if (code === null) throw error;
    return verdict(false, sqliteDiagnostic(code).summary, RESTORE);
  }
}

function integrity(db: Database): Verdict {
  const rows = db.statement('PRAGMA integrity_check(10)').all();
  const messages = rows.map((row) => text(row.integrity_check));
  const ok = messages.length === 1 && messages[0] === 'ok';
  return verdict(ok, ok ? 'The file is whole' : `${messages.length} faults in the file`, RESTORE);
}

function version(db: Database): Verdict {
  const found = schemaVersion(db.raw);
  const detail = `The schema has version ${found}, this program knows version ${SCHEMA_VERSION}`;
  return verdict(found === SCHEMA_VERSION, detail, 'Install the newest version of Dovetail.');
}

function schema(db: Database): Verdict {
  const [actual, expected] = [schemaOf(db.raw), expectedSchema()];
  const names = new Set([...actual.keys(), ...expected.keys()]);
  const differing = [...names].filter((name) => actual.get(name) !== expected.get(name)).sort();
  const detail = differing.length === 0 ? 'As the migrations make it' : `Differs in: ${differing.join(', ')}`;
  return verdict(differing.length === 0, detail, RESTORE);
}

function baselines(db: Database): Verdict {
  const wrong = (table: string) => `SELECT count(*) AS n FROM ${table} l LEFT JOIN layout y ON y.id = l.layout
    WHERE y.id IS NULL OR l.a_size <> 8 * json_array_length(y.fields)
      OR length(l.bases) <> 16 * json_array_length(y.fields)`;
  const n = count(db, wrong('link')) + count(db, wrong('closed_link'));
  const detail = n === 0 ? 'Every baseline fits its layout' : `${n} links have a baseline that does not fit its layout`;
  return verdict(n === 0, detail, RESTORE);
}

function oldIntents(db: Database, now: number): Verdict {
  const n = count(db, 'SELECT count(*) AS n FROM intent WHERE created < ?', now - DAY);
  const detail = n === 0 ? 'None is older than a day' : `${n} creates were begun more than a day ago and never settled`;
  return verdict(n === 0, detail, 'Run `dovetail sync`: it settles them before anything else.');
}

/** A later run that came to its end has gone on where they stopped. */
function abandonedRuns(db: Database, now: number): Verdict {
  const n = count(
    db,
    `SELECT count(*) AS n FROM run r WHERE outcome = 'running'
      AND NOT EXISTS (SELECT 1 FROM run later WHERE later.integration = r.integration
        AND later.outcome <> 'running' AND later.started > r.started)
      AND NOT EXISTS (
      SELECT 1 FROM lease WHERE holder IS NOT NULL AND expires > ?
        AND (key = r.integration OR substr(key, 1, length(r.integration) + 1) = r.integration || '/'))`,
    now,
  );
  const detail = n === 0 ? 'None was left running' : `${n} runs were left running by a process that is gone`;
  return verdict(n === 0, detail, 'Run `dovetail sync`: it goes on where they stopped.');
}

const WAKE = 'Run `dovetail parked retry`, or dismiss them with `dovetail parked dismiss`.';

/** Parked records whose cause has gone, and which nothing will wake. */
function waitingForLinked(db: Database, now: number): Verdict {
  const sql = `SELECT count(*) AS n FROM parked p WHERE p.waits_id IS NOT NULL AND p.next IS NULL AND p.last < ?
    AND CASE p.waits_side
      WHEN 'a' THEN EXISTS (SELECT 1 FROM link l WHERE l.mapping = p.waits_mapping AND l.a = p.waits_id)
      ELSE EXISTS (SELECT 1 FROM link l WHERE l.mapping = p.waits_mapping AND l.b = p.waits_id) END`;
  const n = count(db, sql, now - DAY);
  return verdict(n === 0, `${n} have waited for more than a day for a record that is linked`, WAKE);
}

/** Parked records whose cause can't go. */
function waitingForNever(db: Database): Verdict {
  const sql = `SELECT count(*) AS n FROM parked p WHERE p.waits_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM cursor c WHERE c.mapping = p.waits_mapping)
    AND NOT EXISTS (SELECT 1 FROM link l WHERE l.mapping = p.waits_mapping)
    AND NOT EXISTS (SELECT 1 FROM parked q WHERE q.mapping = p.waits_mapping)`;
  const n = count(db, sql);
  return verdict(n === 0, `${n} wait for a record of a mapping that has never run`, WAKE);
}

const RESTORE = 'Restore the newest copy of the store, then run `dovetail doctor --accept-store`.';

function count(db: Database, sql: string, ...values: number[]): number {
  return integer(db.statement(sql).get(...values)?.n);
}

function verdict(ok: boolean, detail: string, next: string): Verdict {
  return ok ? { ok, detail } : { ok, detail, next };
}
