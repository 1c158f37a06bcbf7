import { readdirSync, readFileSync } from 'node:fs';
import { type ManifestResult, readManifestFile } from './read-manifest.ts';
import { startVendorServer } from './vendor-server.ts';

export const CORPUS = new URL('../../../../shared/corpora/airbyte/', import.meta.url);

/** Whether a manifest has components that are Python classes. */
export const needsCode = (text: string): boolean => /class_name:|type: "?Custom[A-Z]/.test(text);

/** Reads all streams of the manifests that are picked by name and place. */
export async function readCorpus(pick: (file: string, place: number) => boolean): Promise<ManifestResult[]> {
  const server = await startVendorServer();
  const files = readdirSync(CORPUS)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const results: ManifestResult[] = [];
  for (const file of files.filter(pick)) {
    results.push(await readManifestFile(file, readFileSync(new URL(file, CORPUS), 'utf8'), server));
  }
  await server.close();
  return results;
}
