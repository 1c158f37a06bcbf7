import { readdirSync, readFileSync } from 'node:fs';
import { type ManifestResult, readManifestFile } from './read-manifest.ts';
import { startVendorServer } from './vendor-server.ts';

/** The corpus stands beside the repository; a run says so where it is missing. */
export const CORPUS = new URL('../../../../shared/corpora/airbyte/', import.meta.url);

export async function readCorpus(pick: (file: string) => boolean): Promise<ManifestResult[]> {
  const server = await startVendorServer();
  const results: ManifestResult[] = [];
  for (const file of readdirSync(CORPUS)
    .filter((name) => name.endsWith('.yaml') && pick(name))
    .sort()) {
    results.push(await readManifestFile(file, readFileSync(new URL(file, CORPUS), 'utf8'), server));
  }
  await server.close();
  return results;
}

if (process.argv[1] === import.meta.filename) {
  const [, , only = '', detail = ''] = process.argv;
  const results = await readCorpus((file) => file.includes(only));
  const streams = results.flatMap((result) => result.streams);
  const of = (outcome: string) => streams.filter((stream) => stream.outcome === outcome);
  console.log(`${results.filter((result) => result.imported).length} of ${results.length} manifests imported`);
  console.log(
    `${of('read').length} read, ${of('refused').length} refused, ${of('failed').length} failed, of ${streams.length} streams`,
  );
  const why = new Map<string, string[]>();
  for (const stream of [...of('failed'), ...(detail ? of('refused') : [])]) {
    const key = `${stream.outcome}: ${stream.why.slice(0, 110)}`;
    why.set(key, [...(why.get(key) ?? []), `${stream.file.slice(7, -5)}/${stream.stream}`]);
  }
  for (const [key, all] of [...why].sort((a, b) => b[1].length - a[1].length).slice(0, 60)) {
    console.log(String(all.length).padStart(4), key, '|', all.slice(0, 3).join(', '));
  }
}
