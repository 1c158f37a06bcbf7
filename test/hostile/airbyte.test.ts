import { describe, expect, it } from 'vitest';
import { importAirbyte } from '../../src/importers/airbyte/import-manifest.ts';

const load = (text: string) =>
  importAirbyte({ text, file: 'source-toy.yaml', connector: 'toy', now: Date.UTC(2026, 4, 1) });

/** A manifest with one stream, with something more in its requester or in the stream itself. */
const manifest = ({ requester = '', stream = '' }: { requester?: string; stream?: string }) => `
type: DeclarativeSource
streams:
  - name: things
    primary_key: id
    ${stream}
    retriever:
      requester:
        url_base: https://api.toy.example/v1
        path: things
        ${requester}
      record_selector: { extractor: { field_path: [data] } }
`;

describe('hostile manifests of Airbyte', () => {
  const chain = Array.from({ length: 3000 }, (_, i) => `  a${i}: { x: { $ref: '#/definitions/a${i - 1}' } }`).slice(1);
  const refs = Array.from({ length: 3000 }, (_, i) => `  - { $ref: '#/definitions/a${i}' }`);
  const double = `{% set a = 'xxxxxxxxxx' %}${'{% set a = a ~ a %}'.repeat(60)}{{ a }}`;
  const lists = `{% set a = ['x'] %}${'{% set a = [a, a, a] %}'.repeat(60)}{{ a }}`;
  const aliases = Array.from({ length: 30 }, (_, i) => `b${i + 1}: &b${i + 1} [*b${i}, *b${i}, *b${i}]`);
  it.each<[string, string]>([
    ['references in a long chain', `definitions:\n  a0: { x: 1 }\n${chain.join('\n')}\nstreams:\n${refs.join('\n')}`],
    ['aliases that multiply', `b0: &b0 [1]\n${aliases.join('\n')}\nstreams: []`],
    ['deep nesting', `streams: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['a text that doubles', manifest({ requester: `request_parameters: { a: ${JSON.stringify(double)} }` })],
    ['lists that multiply', manifest({ requester: `request_parameters: { a: ${JSON.stringify(lists)} }` })],
    [
      'an expression without end',
      manifest({ requester: `request_parameters: { a: "{{ ${'not '.repeat(4000)} config.a }}" }` }),
    ],
    ['members without end', manifest({ requester: `request_parameters: { a: "{{ config${'.a'.repeat(6000)} }}" }` })],
    [
      'many parameters',
      manifest({ stream: `$parameters: { ${Array.from({ length: 20_000 }, (_, i) => `p${i}: 1`).join(', ')} }` }),
    ],
  ])('%s: no crash, in time', (_, text) => {
    const begin = performance.now();
    const made = load(text);
    expect(made.ok ? made.value.report.streams.length : made.error.length).toBeGreaterThan(0);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
