import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/generated.ts';
import { FILTERS } from '../src/integration/expression/filters.ts';
import { compileExpression } from '../src/integration/expression.ts';

interface Example {
  line: number;
  template: string;
  given: string;
  gives: string;
}

const PAGE = 'docs/expressions.md';

/** The rows of the tables under `<!-- examples -->`. */
function examples(): Example[] {
  const rows: Example[] = [];
  let within = false;
  for (const [index, line] of readFileSync(ROOT + PAGE, 'utf8')
    .split('\n')
    .entries()) {
    if (line.startsWith('<!-- examples -->')) within = true;
    else if (line.startsWith('#')) within = false;
    if (!within || !line.startsWith('| `')) continue;
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
    const [template, given, gives] = cells.slice(1, 4).map((cell) => cell.replace(/^`(.*)`$/, '$1'));
    rows.push({ line: index + 1, template: template ?? '', given: given ?? '', gives: gives ?? '' });
  }
  return rows;
}

const all = examples();

test.each(all)(`${PAGE}:$line $template`, ({ template, given, gives }) => {
  const compiled = compileExpression(template);
  if (!compiled.ok) throw new Error(compiled.error.detail);
  const { value = null, record = {} } = JSON.parse(given);
  const result = compiled.value.evaluate({ value, record });
  if (gives === 'fails') expect(result).toMatchObject({ ok: false, error: { code: 'expression-failed' } });
  else expect(result).toEqual({ ok: true, value: JSON.parse(gives) });
});

test('there are at least a hundred examples, and every filter has one', () => {
  expect(all.length).toBeGreaterThanOrEqual(100);
  const shown = all.map(({ template }) => template).join(' ');
  const missing = [...FILTERS.keys()].filter((name) => !new RegExp(`\\|\\s*${name}\\b|map\\('${name}'`).test(shown));
  expect(missing).toEqual(['lookup']);
});
