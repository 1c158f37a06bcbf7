import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Fence } from '../port.ts';
import { integer } from './column.ts';
import type { Database } from './database.ts';

/** Inside a transaction. The token grows with every new holder, and with every return of a holder that had let go. */
export function acquireLease(db: Database, key: string, holder: string, expires: number, now: number): Result<Fence> {
  const row = db.statement('SELECT token, holder, expires FROM lease WHERE key = ?').get(key);
  const mine = row?.holder === holder;
  if (row !== undefined && row.holder !== null && !mine && integer(row.expires) > now) {
    return fail(held(key, integer(row.expires) - now));
  }
  const last = row === undefined ? 0 : integer(row.token);
  const token = mine ? last : last + 1;
  const sql = 'INSERT OR REPLACE INTO lease (key, token, holder, expires) VALUES (?, ?, ?, ?)';
  db.statement(sql).run(key, token, holder, expires);
  return ok({ key, token });
}

export function renewLease(db: Database, fence: Fence, expires: number): Result<void> {
  const sql = 'UPDATE lease SET expires = ? WHERE key = ? AND token = ? AND holder IS NOT NULL';
  const { changes } = db.statement(sql).run(expires, fence.key, fence.token);
  return changes === 0 ? fail(lost(fence)) : ok(undefined);
}

export function releaseLease(db: Database, fence: Fence): void {
  const sql = 'UPDATE lease SET holder = NULL, expires = 0 WHERE key = ? AND token = ?';
  db.statement(sql).run(fence.key, fence.token);
}

/** A lease that has expired but that nobody took is still held: time decides only who may take it. */
export function checkFence(db: Database, fence: Fence): Result<void> {
  const sql = 'SELECT 1 AS held FROM lease WHERE key = ? AND token = ? AND holder IS NOT NULL';
  return db.statement(sql).get(fence.key, fence.token) === undefined ? fail(lost(fence)) : ok(undefined);
}

function lost(fence: Fence) {
  return problem('lease-lost', 'Another process has taken over this run', {
    detail: `The lease ${fence.key} is no longer held with token ${fence.token}. Nothing was changed.`,
    next: 'Let the other process finish: it settles what this one left open.',
  });
}

function held(key: string, ms: number) {
  return problem('lease-held', 'Another process is running this', {
    detail: `The lease ${key} is held for another ${Math.ceil(ms / 1000)} s unless it is renewed.`,
    next: 'Wait until the other process has finished; a dead process loses its lease by itself.',
  });
}
