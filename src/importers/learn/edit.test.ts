import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { diffText } from '../../connector/line-diff.ts';
import { editConnector } from './edit.ts';
import type { Change, Finding, Verdict } from './finding.ts';

const FILE = `# A connector.
connector: toy

objects:
# About both.
  buyers:
    unique: [code]
    list:
      pagination: &pages { style: page, size: 200 } # a guess
      since: { param: since, lag: 3s }
    delete: { method: DELETE }   # gone for good
  sellers:
    list:
      pagination: *pages
`;

const finding = (at: string, value: Change | unknown, verdict: Verdict = 'contradicted'): Finding => ({
  probe: 'p',
  object: null,
  at,
  fact: 'f',
  verdict,
  declared: null,
  seen: 's',
  evidence: [],
  changes:
    typeof value === 'object' && value !== null && 'rename' in value
      ? [{ path: at.split('.'), rename: String(value.rename) }]
      : verdict === 'confirmed'
        ? []
        : [{ path: at.split('.'), value }],
});

const BOTH = ['buyers', 'sellers'];
const changed = (findings: Finding[], probed = BOTH) => {
  const text = editConnector(FILE, findings, '2026-05-01', probed);
  return {
    text,
    data: parse(text),
    lines: diffText(FILE, text).filter(({ kind }) => kind === 'gone' || kind === 'new'),
  };
};

describe('writing findings into a connector file', () => {
  test('changes the value alone: comments, order and layout stay', () => {
    const { lines } = changed([finding('objects.buyers.list.since.lag', '5s')]);
    expect(lines.map(({ kind, line }) => `${kind} ${line.trim()}`)).toEqual([
      'gone since: { param: since, lag: 3s }',
      'new since: { param: since, lag: 5s }',
      'new grounds:',
      'new - { at: objects.buyers.list.since.lag, ground: learnt, because: "contradicted: f: s", on: 2026-05-01 }',
    ]);
  });

  test('what objects share is changed once where they agree, and for those that could not be seen', () => {
    const size = 'list.pagination.size';
    const { text, data } = changed([finding(`objects.buyers.${size}`, 50), finding(`objects.sellers.${size}`, 50)]);
    expect(text).toContain('pagination: &pages { style: page, size: 50 } # a guess');
    expect(data.objects.sellers.list.pagination.size).toBe(50);
    expect(changed([finding(`objects.buyers.${size}`, 50)]).data.objects.sellers.list.pagination.size).toBe(50);
  });

  test('what objects share is written out where they differ', () => {
    const size = 'list.pagination.size';
    const { data } = changed([
      finding(`objects.buyers.${size}`, 50),
      finding(`objects.sellers.${size}`, null, 'confirmed'),
    ]);
    expect([data.objects.buyers.list.pagination.size, data.objects.sellers.list.pagination.size]).toEqual([50, 200]);
  });

  test('what others refer to may be replaced or go', () => {
    for (const value of [{ style: 'none' }, undefined]) {
      const { data } = changed([
        finding('objects.buyers.list.pagination', value),
        finding('objects.sellers.list.pagination', null, 'confirmed'),
      ]);
      expect(data.objects.buyers.list.pagination).toEqual(value);
      expect(data.objects.sellers.list.pagination).toEqual({ style: 'page', size: 200 });
    }
  });

  test('renames a key, and makes what is missing', () => {
    const { data, text } = changed([
      finding('objects.buyers.delete', { rename: 'archive' }),
      finding('objects.buyers.archived', { path: 'state', equals: 'gone' }, 'learnt'),
      finding('limits.requests', 100, 'learnt'),
    ]);
    expect(data.objects.buyers).toMatchObject({ archive: { method: 'DELETE' }, archived: { path: 'state' } });
    expect(data.limits).toEqual({ requests: 100 });
    expect(text).toContain('archive: { method: DELETE }');
    expect(text).toContain('# gone for good');
  });

  test('a newer ground takes the place of an older one about the same path', () => {
    const first = changed([finding('objects.buyers.list.since.lag', '5s')]).text;
    const again = editConnector(first, [finding('objects.buyers.list.since.lag', '6s')], '2026-06-01', BOTH);
    expect(parse(again).grounds).toHaveLength(1);
    expect(parse(again).grounds[0].on).toBe('2026-06-01');
  });

  test("a person's word among the grounds stands", () => {
    const at = 'objects.buyers.list.since.lag';
    const text = `${FILE}grounds:\n  - { at: ${at}, ground: by hand }\n`;
    const after = editConnector(text, [{ ...finding(at, '5s'), changes: [] }], '2026-05-01', BOTH);
    expect(parse(after).grounds).toEqual([{ at, ground: 'by hand' }]);
  });
});
