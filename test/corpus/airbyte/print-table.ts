import { readFileSync } from 'node:fs';
import { CORPUS, needsCode, readCorpus } from './corpus.ts';
import type { StreamResult } from './read-manifest.ts';

/* Usage: node test/corpus/airbyte/print-table.ts [part of a file name] */
const [, , only = ''] = process.argv;
const results = await readCorpus((file) => file.includes(only));
const codeOf = new Map(results.map(({ file }) => [file, needsCode(readFileSync(new URL(file, CORPUS), 'utf8'))]));
const streams = results.flatMap((result) => result.streams);
const plain = results.filter((result) => !codeOf.get(result.file));
const share = (part: number, whole: number) =>
  `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(1)} %)`;
const read = (some: readonly StreamResult[]) =>
  share(some.filter((stream) => stream.outcome === 'read').length, some.length);

console.log(`manifests imported: ${share(results.filter((result) => result.imported).length, results.length)}`);
console.log(
  `manifests without code imported: ${share(plain.filter((result) => result.imported).length, plain.length)}`,
);
console.log(`streams read: ${read(streams)}`);
console.log(`streams of manifests without code read: ${read(plain.flatMap((result) => result.streams))}`);
const paged = streams.filter((stream) => stream.components.includes('DefaultPaginator'));
console.log(`streams with a paginator read, two pages: ${read(paged)}`);
console.log(`slowest import: ${Math.max(0, ...results.map((result) => result.milliseconds)).toFixed(0)} ms\n`);

const byComponent = new Map<string, StreamResult[]>();
for (const stream of streams) {
  for (const component of stream.components)
    byComponent.set(component, [...(byComponent.get(component) ?? []), stream]);
}
console.log('| component | streams | read | refused | failed |\n|---|---:|---:|---:|---:|');
for (const [component, some] of [...byComponent].sort((a, b) => b[1].length - a[1].length)) {
  const count = (outcome: string) => some.filter((stream) => stream.outcome === outcome).length;
  console.log(`| ${component} | ${some.length} | ${count('read')} | ${count('refused')} | ${count('failed')} |`);
}

const why = new Map<string, string[]>();
for (const stream of streams.filter((each) => each.outcome !== 'read')) {
  const key = `${stream.outcome}: ${stream.why.slice(0, 110)}`;
  why.set(key, [...(why.get(key) ?? []), `${stream.file.slice('source-'.length, -'.yaml'.length)}/${stream.stream}`]);
}
console.log('');
for (const [key, all] of [...why].sort((a, b) => b[1].length - a[1].length)) {
  console.log(String(all.length).padStart(4), key, '|', all.slice(0, 3).join(', '));
}
