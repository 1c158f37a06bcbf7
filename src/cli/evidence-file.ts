import { resolve } from 'node:path';
import { ok, type Result } from '../record/diagnostic.ts';
import type { Runtime } from './open.ts';
import type { Terminal } from './terminal.ts';
import { writeFile } from './written-file.ts';

/** How many lines of each kind a file of evidence has. */
export interface EvidenceFile {
  file: string;
  checks: number;
  evidence: number;
  overrides: number;
}

/**
 * Writes all that is on record about the check list of an integration, as JSON lines, oldest first: each check, the evidence
 * it added, and what people let through. Fails with `file-unwritable`.
 */
export async function writeEvidence(
  { integration, store }: Runtime,
  { folder }: Terminal,
  name: string,
): Promise<Result<EvidenceFile>> {
  const file = resolve(folder, name);
  const opened = writeFile(file);
  if (!opened.ok) return opened;
  const add = (line: object) => opened.value.add(`${JSON.stringify(line)}\n`);
  const checks = await store.evidence.checks(integration.name, Number.MAX_SAFE_INTEGER);
  let evidence = 0;
  for (const { evidence: found, ...check } of checks.reverse()) {
    add({ type: 'check', ...check, at: timeOf(check) });
    for (const one of found) add({ type: 'evidence', ...one, system: integration[one.side].name, at: timeOf(one) });
    evidence += found.length;
  }
  const overrides = (await store.evidence.overrides(integration.name)).reverse();
  for (const one of overrides) add({ type: 'override', ...one, at: timeOf(one) });
  const finished = opened.value.finish();
  return finished.ok ? ok({ file: name, checks: checks.length, evidence, overrides: overrides.length }) : finished;
}

const timeOf = ({ at }: { at: number }): string => new Date(at).toISOString();
