import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fields, Value } from '../../record/value.ts';
import { compileExpression } from '../expression.ts';

/*
 * Our closures against the plain interpreter of @huggingface/jinja, over generated expressions of the language that both
 * know: the same result, or both fail. Where ours says more on purpose, the plain one fails with one of these messages.
 */
const MORE_ON_PURPOSE = [
  // An empty value goes through a filter, and may be looked for in a list.
  /^Cannot apply filter "\w+" to type: (Null|Undefined)Value$/,
  // Numbers go through filters of texts, texts through filters of lists, and texts are compared.
  /^Unknown (Numeric|String|Boolean|Array|Object)Value filter: \w+$/,
  /^Cannot apply filter "(join|replace|indent|sort|map|selectattr|rejectattr)" to type: \w+$/,
  /^Unknown operator "[<>]=?" between StringValue and StringValue$/,
  /^Cannot perform operation on null values$/,
  /^Cannot perform operation (not )?in on undefined values$/,
  /^Unknown operator "(not )?in" between (Boolean|Integer|Float)Value and \w+$/,
];

type Outcome = { result: unknown } | { failed: string };

function plain(source: string, value: Value, record: Fields): Outcome {
  const world = new Environment();
  for (const [name, constant] of Object.entries({ true: true, false: false, none: null })) world.set(name, constant);
  world.set('value', value);
  world.set('record', record);
  try {
    const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    const [only, ...others] = program.body;
    const lone = only && others.length === 0 && !['If', 'For', 'Set', 'Comment'].includes(only.type);
    const found = plainOf(new Interpreter(world).evaluate(lone ? only : program, world));
    if (typeof found !== 'string') return { result: found };
    const text = lone ? found : found.trim();
    return { result: text === '' ? null : text };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/** The library's values hold their content as `value`. */
function plainOf(item: { value: unknown } | undefined): unknown {
  const content = item?.value;
  if (content === undefined || content === null) return null;
  if (typeof content === 'number' && !Number.isFinite(content)) throw new Error('no finite number');
  if (Object.is(content, -0)) return 0;
  if (Array.isArray(content)) return content.map(plainOf);
  if (content instanceof Map) return Object.fromEntries([...content].map(([key, each]) => [key, plainOf(each)]));
  return content;
}

function ours(source: string, value: Value, record: Fields): Outcome {
  const compiled = compileExpression(source);
  if (!compiled.ok) return { failed: compiled.error.detail ?? '' };
  const evaluated = compiled.value.evaluate({ value, record });
  return evaluated.ok ? { result: evaluated.value } : { failed: evaluated.error.detail ?? '' };
}

const texts = fc.constantFrom('', 'a', ' a b ', 'Ab#C', '12', '-7', '3.5', 'x,y,z', 'müßig', 'a\nb', '#4711#', "it's");
const quoted = texts.map((text) => `'${text.replace("'", "\\'").replace('\n', '\\n')}'`);
const whole = fc.integer({ min: 0, max: 30 }).map(String);

interface Kinds {
  text: string;
  number: string;
  truth: string;
  list: string;
}
type Tie = fc.LetrecTypedTie<Kinds>;

const textOf = (tie: Tie) =>
  fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(quoted, fc.constantFrom('value', 'record.name', 'record.code', 'record.list[0]', "record['name']")),
    fc
      .tuple(tie('text'), fc.constantFrom('upper', 'lower', 'trim', 'string', 'join', 'indent'))
      .map(([a, f]) => `${a} | ${f}`),
    fc.tuple(tie('text'), quoted, quoted).map(([a, x, y]) => `${a} | replace(${x}, ${y})`),
    fc.tuple(tie('text'), quoted, quoted, whole).map(([a, x, y, n]) => `${a} | replace(${x}, ${y}, ${n})`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} ~ ${b})`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('text'), tie('truth'), tie('text')).map(([a, c, b]) => `(${a} if ${c} else ${b})`),
    fc.tuple(tie('text'), quoted).map(([a, b]) => `${a} | default(${b}, true)`),
    fc.tuple(tie('list'), quoted).map(([a, b]) => `${a} | join(${b})`),
    fc
      .tuple(fc.constantFrom('value', 'record.name'), fc.constantFrom('upper', 'lower', 'strip', 'lstrip', 'rstrip'))
      .map(([a, m]) => `${a}.${m}()`),
    fc.tuple(tie('text'), whole, whole).map(([a, x, y]) => `(${a})[${x}:${y}]`),
    fc.tuple(tie('text'), whole).map(([a, x]) => `(${a})[-${x}:]`),
    fc.tuple(tie('text'), fc.constantFrom('-1', '1', '2', '-2')).map(([a, x]) => `(${a})[::${x}]`),
    tie('list').map((a) => `${a} | tojson`),
  );

const numberOf = (tie: Tie) =>
  fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(whole, fc.constantFrom('record.count', 'record.amount', '2.5')),
    fc.tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number')).map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc
      .tuple(tie('number'), fc.constantFrom('/', '//'), fc.constantFrom('3', '4', '2.5'))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc.tuple(tie('number'), fc.constantFrom('2', '3')).map(([a, b]) => `(${a} ** ${b})`),
    tie('number').map((a) => `(-${a})`),
    fc.tuple(tie('number'), fc.constantFrom('abs', 'float')).map(([a, f]) => `${a} | ${f}`),
    fc
      .tuple(fc.constantFrom("'12'", "'x'", "'7.5'", 'record.code', 'true'), fc.constantFrom('int', 'float', 'int(5)'))
      .map(([a, f]) => `${a} | ${f}`),
    tie('list').map((a) => `${a} | length`),
    quoted.map((a) => `${a} | length`),
  );

const truthOf = (tie: Tie) =>
  fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('true', 'false', 'record.flag'),
    fc.tuple(tie('text'), fc.constantFrom('==', '!='), tie('text')).map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc
      .tuple(tie('number'), fc.constantFrom('==', '!=', '<', '>', '<=', '>='), tie('number'))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc.tuple(tie('truth'), fc.constantFrom('and', 'or'), tie('truth')).map(([a, o, b]) => `(${a} ${o} ${b})`),
    tie('truth').map((a) => `(not ${a})`),
    fc.tuple(quoted, fc.constantFrom('in', 'not in'), tie('list')).map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc.tuple(quoted, fc.constantFrom('in', 'not in'), tie('text')).map(([a, o, b]) => `(${a} ${o} (${b}))`),
    fc
      .tuple(tie('text'), fc.constantFrom('none', 'string', 'defined', 'number', 'lower', 'upper', 'not none'))
      .map(([a, t]) => `((${a}) is ${t})`),
    fc.tuple(tie('number'), fc.constantFrom('integer', 'number', 'odd', 'even')).map(([a, t]) => `((${a}) is ${t})`),
    fc.tuple(fc.constantFrom('record.name', "'DE811'"), quoted).map(([a, b]) => `${a}.startswith(${b})`),
  );

const listOf = (tie: Tie) =>
  fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom('record.list', '[]', "['b', 'a', 'B']"),
      fc.tuple(quoted, quoted).map((two) => `[${two.join(', ')}]`),
    ),
    fc
      .tuple(fc.constantFrom('record.name', "'x,y,z'"), fc.constantFrom("','", "' '", ''))
      .map(([a, b]) => `${a}.split(${b})`),
    fc
      .tuple(tie('list'), fc.constantFrom('list', 'reverse', 'sort', 'unique', 'sort(true)', 'sort(reverse=true)'))
      .map(([a, f]) => `${a} | ${f}`),
    fc.tuple(tie('list'), tie('list')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('list'), whole).map(([a, x]) => `(${a})[:${x}]`),
    fc.constantFrom("record.rows | map(attribute='n')", "record.rows | selectattr('ok') | map(attribute='n')"),
    fc.constantFrom(
      "record.rows | rejectattr('ok') | map(attribute='n')",
      "record.rows | sort(attribute='n') | map(attribute='n')",
    ),
    fc.constant("record.rows | selectattr('n', 'equalto', 'b') | map(attribute='n')"),
  );

const { text, number, truth, list } = fc.letrec<Kinds>((tie) => ({
  text: textOf(tie),
  number: numberOf(tie),
  truth: truthOf(tie),
  list: listOf(tie),
}));

const template = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(text, number, truth, list).map((body) => `{{ ${body} }}`) },
  { weight: 1, arbitrary: fc.tuple(text, number).map(([a, b]) => `{{ ${a} }}: {{ ${b} }}.`) },
  {
    weight: 1,
    arbitrary: fc.tuple(truth, text, text).map(([c, a, b]) => `{% if ${c} %}{{ ${a} }}{% else %}{{ ${b} }}{% endif %}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(list, text)
      .map(([l, t]) => `{% for x in ${l} %}{{ loop.index }}{{ x }}{{ ${t} }}{{ '/' if not loop.last }}{% endfor %}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(list, text)
      .map(([l, t]) => `{% for x in ${l} if x != ${t} %}{{ x }}{% else %}none{% endfor %}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(text, text)
      .map(([a, b]) => `{% set x = ${a} %}{% set y %}{{ ${b} }}!{% endset %}{{ x }}-{{ y }}`),
  },
);

const item = fc.oneof(fc.constant(null), texts);
const records = fc.record({
  name: item,
  code: item,
  count: fc.integer({ min: -5, max: 50 }),
  amount: fc.constantFrom(2.5, 10, -0.25),
  flag: fc.boolean(),
  list: fc.array(texts, { maxLength: 4 }),
  rows: fc.array(fc.record({ n: fc.constantFrom('a', 'b', 'C'), ok: fc.boolean() }), { maxLength: 3 }),
});

test('the same result as the plain interpreter, or both fail', () => {
  const counts = { same: 0, failed: 0, more: 0 };
  fc.assert(
    fc.property(template, item, records, (source, value, record) => {
      const [theirs, mine] = [plain(source, value, record), ours(source, value, record)];
      if ('result' in theirs) {
        expect(mine).toEqual(theirs);
        counts.same++;
      } else if (MORE_ON_PURPOSE.some((message) => message.test(theirs.failed))) counts.more++;
      else {
        expect(mine).toHaveProperty('failed');
        counts.failed++;
      }
    }),
    { numRuns: 5000 },
  );
  // Otherwise the generator would test nothing.
  expect(counts.same).toBeGreaterThan(2000);
});

// Where the plain interpreter gives a result, and ours another: what Jinja itself says, or what is told in the docs.
test.each<[string, Value, unknown, Value]>([
  ["{{ value == '1' }}", 1, true, false],
  ['{{ value == true }}', '1', true, false],
  ["{{ value | default('x') }}", null, null, 'x'],
  ['{{ value | title }}', 'müller-lüdenscheidt', 'MüLler-LüDenscheidt', 'Müller-Lüdenscheidt'],
  ['{{ value | capitalize }}', 'ACME', 'ACME', 'Acme'],
  ['{{ value | int }}', '12abc', 12, 0],
  ['{{ value | int }}', -1.5, -2, -1],
  ['{{ value % 3 }}', -7, -1, 2],
  ['{{ value | length }}', '😀', 2, 1],
])('%s of %j is %j there and %j here', (source, value, theirs, mine) => {
  expect(plain(source, value, {})).toEqual({ result: theirs });
  expect(ours(source, value, {})).toEqual({ result: mine });
});
