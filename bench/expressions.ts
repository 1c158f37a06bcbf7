import { fileURLToPath } from 'node:url';
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { compileExpression } from '../src/integration/expression.ts';
import type { Value } from '../src/record/value.ts';
import { median } from './measure.ts';

/** Expressions as mappings have them, with the value that they get. */
export const EXPRESSIONS: readonly { source: string; value: Value }[] = [
  { source: "{{ value | replace('#','') | trim | upper }}", value: ' #ab-4711 ' },
  { source: '{{ value[:2] }}', value: 'DE811907980' },
  { source: "{{ '#' ~ value if value else none }}", value: '4711' },
  { source: '{{ value | int + 1 }}', value: '41' },
  {
    source:
      "{% if value == 'mrs' %}Sehr geehrte Frau{% elif value == 'mr' %}Sehr geehrter Herr{% else %}Guten Tag{% endif %}",
    value: 'mr',
  },
  {
    source: "{% for word in value.split(' ') %}{{ word | upper }}{{ '/' if not loop.last }}{% endfor %}",
    value: 'a b c',
  },
];

export interface Pace {
  source: string;
  /** Evaluations per second, by the median of the rounds. */
  ours: number;
  plain: number;
}

/** Ours and the plain interpreter in turn, both with everything that can be done once done before. */
export function paceOf({ source, value }: (typeof EXPRESSIONS)[number], rounds: number, millis: number): Pace {
  const compiled = compileExpression(source);
  if (!compiled.ok) throw new Error(compiled.error.detail);
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  const ours = () => compiled.value.evaluate({ value, record: {} });
  const plain = () => {
    const world = new Environment();
    world.set('value', value);
    world.set('none', null);
    return new Interpreter(world).run(program);
  };
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    mine.push(perSecond(ours, millis));
    theirs.push(perSecond(plain, millis));
  }
  return { source, ours: median(mine), plain: median(theirs) };
}

function perSecond(run: () => unknown, millis: number): number {
  const start = performance.now();
  let count = 0;
  let now = start;
  while (now - start < millis) {
    for (let i = 0; i < 200; i++) run();
    count += 200;
    now = performance.now();
  }
  return (count * 1000) / (now - start);
}

/** `node bench/expressions.ts`: a line for each, and the ratio. */
function main(): void {
  for (const each of EXPRESSIONS) {
    const { source, ours, plain } = paceOf(each, 7, 150);
    const figures = `${perSecondText(ours)} ours ${perSecondText(plain)} plain ${(ours / plain).toFixed(1).padStart(6)} ×`;
    console.log(`${figures}  ${source.length > 60 ? `${source.slice(0, 59)}…` : source}`);
  }
}

const perSecondText = (pace: number): string => `${Math.round(pace).toLocaleString('en').padStart(12)}/s`;

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
