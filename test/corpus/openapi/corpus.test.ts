import { describe, expect, test } from 'vitest';
import { loadConnector } from '../../../src/connector/load.ts';
import { counted, figuresOf, importDocument } from './corpus.ts';
import { roundTrip } from './round-trip.ts';

const documents = counted();

/** Paths that are references to files that are not there. */
const UNREADABLE = new Set(['digitalocean.digitalocean-public-v2.yaml']);

/** Objects of one document that are tried in the round trip; `report.ts` tries all. */
const MOST_OBJECTS = 10;

const LIMIT_MS = 2000;

describe.skipIf(documents.length === 0)('OpenAPI documents of real systems', () => {
  const found = { lists: 0, wantedLists: 0, fullCrud: 0, wantedCrud: 0 };

  test.each(documents.map((row) => [row.file, row] as const))('%s imports', (file, row) => {
    const first = importDocument(file);
    // A second measurement decides, where the machine was busy.
    const ms = first.ms < LIMIT_MS ? first.ms : importDocument(file).ms;
    expect(ms).toBeLessThan(LIMIT_MS);
    if (UNREADABLE.has(file)) {
      expect(first).toMatchObject({
        ok: false,
        error: { where: { file }, detail: expect.any(String), next: expect.any(String) },
      });
      return;
    }
    expect(first.ok).toBe(true);
    if (!first.ok) return;
    expect(loadConnector(first.text, file)).toMatchObject({ ok: true });
    const again = importDocument(file);
    expect(again.ok && again.text).toBe(first.text);
    const figures = figuresOf(first.made);
    found.lists += Math.min(figures.lists, row.lists);
    found.wantedLists += row.lists;
    found.fullCrud += Math.min(figures.fullCrud, row.fullCrud);
    found.wantedCrud += row.fullCrud;
  });

  test('at least 95 % of the lists and of the resources with all operations are found', () => {
    expect(found.lists / found.wantedLists).toBeGreaterThanOrEqual(0.95);
    expect(found.fullCrud / found.wantedCrud).toBeGreaterThanOrEqual(0.95);
  });
});

describe.skipIf(documents.length === 0)('connectors run against mocks of their documents', () => {
  const tally = { documents: 0, valid: 0, tried: 0 };

  test.each(documents.filter((row) => row.lists > 0).map((row) => row.file))(
    '%s',
    { timeout: 60_000 },
    async (file) => {
      const imported = importDocument(file);
      if (!imported.ok) throw new Error(imported.error.summary);
      const { read, made } = imported;
      const names = Object.keys(made.definition.objects).slice(0, MOST_OBJECTS);
      const tried = await roundTrip(read, made.definition, names);
      tally.documents++;
      tally.tried += tried.length;
      tally.valid += tried.filter((one) => one.fault === '').length;
    },
  );

  test('at least 90 % of the operations of at least 40 documents are valid requests and decode the answers', () => {
    expect(tally.documents).toBeGreaterThanOrEqual(40);
    expect(tally.valid / tally.tried).toBeGreaterThanOrEqual(0.9);
  });
});
