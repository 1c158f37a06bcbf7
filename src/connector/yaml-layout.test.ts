import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMap, isSeq, parse, parseDocument } from 'yaml';
import { withLayout } from './yaml-layout.ts';

const TEXT = `# A file.
purpose: >-
  A text that is folded
  by hand, in short lines.


list:   [a,b]
rows:
  # The first.
  - {x: 1,  y: 'two'}   # beside it
  - x: 3
    long: "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
last: { a: 1 }
`;

const edited = (edit: (document: ReturnType<typeof parseDocument>) => void, text = TEXT) => {
  const document = parseDocument(text);
  edit(document);
  return withLayout(text, document);
};

test('without a change, the text is the same', () => {
  expect(edited(() => {})).toBe(TEXT);
});

test('only the line that changes is laid out anew', () => {
  expect(edited((document) => document.setIn(['rows', 1, 'x'], 4))).toBe(TEXT.replace('- x: 3', '- x: 4'));
  expect(edited((document) => document.setIn(['rows', 0, 'x'], 4))).toBe(
    TEXT.replace("- {x: 1,  y: 'two'}   # beside it", "- { x: 4, y: 'two' } # beside it"),
  );
  expect(edited((document) => document.deleteIn(['rows', 1]))).not.toContain('one two three');
});

test.each([4, 0])('lists that are indented by %i', (width) => {
  const text = TEXT.replace(/^ {2}(?=[# -])(?!A|by)/gm, ' '.repeat(width)).replace(
    /^ {4}long/m,
    `${' '.repeat(width + 2)}long`,
  );
  expect(edited((document) => document.setIn(['rows', 1, 'x'], 4), text)).toBe(text.replace('- x: 3', '- x: 4'));
});

test('what is folded anew is so only where it changes', () => {
  const text = edited((document) => document.setIn(['purpose'], 'another'));
  expect(text).toContain('list:   [a,b]');
  expect(parse(text).purpose).toBe('another');
});

test('whatever changes, the text means what the document says', () => {
  const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant('a\nb'), fc.constant(null));
  const value = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.string(), scalar, { maxKeys: 3 }),
  );
  const edit = fc.tuple(
    fc.constantFrom('set', 'add', 'delete'),
    fc.constantFrom('purpose', 'list', 'rows', 'last', 'new'),
    value,
  );
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
      const document = parseDocument(TEXT);
      for (const [kind, key, given] of edits) {
        const node = document.get(key, true);
        if (kind === 'delete') document.delete(key);
        else if (kind === 'add' && isSeq(node)) node.items.splice(0, 0, document.createNode(given));
        else if (kind === 'add' && isMap(node)) node.set('more', document.createNode(given));
        else document.set(key, document.createNode(given));
      }
      expect(parse(withLayout(TEXT, document))).toEqual(document.toJS());
    }),
  );
});
