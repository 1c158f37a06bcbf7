import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConnector } from '../../../src/connector/load.ts';
import { connectorName, importAirbyte } from '../../../src/importers/airbyte/import-manifest.ts';
import { CORPUS, needsCode, readCorpus } from './corpus.ts';
import { NOW } from './read-manifest.ts';

/*
 * The corpus of manifests stands beside the repository. `node test/corpus/airbyte/print-table.ts` reads every stream of
 * it and prints the table; here every manifest is imported, and the streams of each fifth are read.
 */
const files = existsSync(CORPUS)
  ? readdirSync(CORPUS)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
  : [];

describe.skipIf(files.length === 0)('the Airbyte corpus', () => {
  test('at least 90 % of the manifests without code import; all that do are valid connectors, the same every time', () => {
    const texts = new Map(files.map((file) => [file, readFileSync(new URL(file, CORPUS), 'utf8')]));
    const plain = files.filter((file) => !needsCode(texts.get(file) ?? ''));
    const imported: string[] = [];
    for (const [file, text] of texts) {
      const source = { text, file, connector: connectorName(file), now: NOW };
      const made = importAirbyte(source);
      if (!made.ok) {
        expect(made.error[0]).toMatchObject({ summary: expect.any(String), where: { file } });
        continue;
      }
      imported.push(file);
      expect(loadConnector(made.value.yaml, file)).toMatchObject({ ok: true });
      if (text.length < 50_000) expect(importAirbyte(source)).toEqual(made);
    }
    expect(plain.filter((file) => imported.includes(file)).length / plain.length).toBeGreaterThanOrEqual(0.9);
  }, 300_000);

  test('at least 85 % of all streams are read to their end, two pages where they have pages', async () => {
    const results = await readCorpus((_, place) => place % 5 === 0);
    const streams = results.flatMap((result) => result.streams);
    const read = streams.filter((stream) => stream.outcome === 'read');
    expect(streams.length).toBeGreaterThan(300);
    expect(read.length / streams.length).toBeGreaterThanOrEqual(0.85);
  }, 600_000);
});
