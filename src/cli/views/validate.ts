import type { ValidatedSide } from '../../engine/validate-records.ts';
import type { ValidationReport } from '../validation-report.ts';
import { diagnosticsText } from './diagnostics.ts';
import type { Style } from './style.ts';
import { counted, indent, numberText, printable, table, wrap } from './text.ts';

/** The rules that are broken, by mapping and system, then one line that counts. */
export function validationText(report: ValidationReport, style: Style): string {
  const { colours, width } = style;
  const title = `Rules for data of ${report.integration} (${report.environment}): ${report.systems.a} ↔ ${report.systems.b}`;
  const parts = [colours.bold(title), ...report.sides.map((side) => sideLines(side, report, style).join('\n'))];
  const total = (key: 'read' | 'violated' | 'warned' | 'repaired') =>
    report.sides.reduce((sum, side) => sum + side[key], 0);
  const line =
    `${counted(total('read'), 'record')} read: ${numberText(total('violated'))} would be parked, ` +
    `${numberText(total('warned'))} written with a warning, ${numberText(total('repaired'))} repaired.`;
  const closing = wrap(line, width).map((row) => colours.bold(row));
  if (report.saved) closing.push(`The list is in ${report.saved}.`);
  else if (total('violated') + total('warned') > 0) closing.push('--export problems.xlsx lists the records.');
  return `${[...parts, closing.join('\n')].join('\n\n')}\n`;
}

function sideLines(side: ValidatedSide, { systems }: ValidationReport, style: Style): string[] {
  const { colours } = style;
  const { read, outside, rules, unasked, failure } = side;
  const without = outside === 0 ? '' : `, ${numberText(outside)} outside the mapping`;
  const head = `${colours.bold(side.mapping)}  ${systems[side.side]}: ${counted(read, 'record')}${without}`;
  const lines = [
    head,
    ...indent(
      rules.length > 0
        ? rulesTable(side, systems, style)
        : [failure ? 'every rule holds for what was read' : 'every rule holds'],
    ),
  ];
  if (unasked.length > 0) {
    const other = systems[side.side === 'a' ? 'b' : 'a'];
    lines.push(...indent(wrap(`Asked of the records of ${other} only: ${unasked.join(', ')}.`, style.width - 2)));
  }
  if (failure) lines.push(diagnosticsText([failure], style).trimEnd());
  return lines;
}

const OUTCOMES = { violated: 'parked', warned: 'warning', repaired: 'repaired' } as const;

function rulesTable({ rules }: ValidatedSide, systems: ValidationReport['systems'], { colours }: Style): string[] {
  const order = ['violated', 'warned', 'repaired'];
  const sorted = [...rules].sort(
    (one, other) => order.indexOf(one.outcome) - order.indexOf(other.outcome) || other.records - one.records,
  );
  const rows = sorted.map(({ rule, ruleSide, field, outcome, records, examples }) => [
    numberText(records),
    OUTCOMES[outcome],
    rule,
    `${systems[ruleSide]}${field === null ? '' : ` ${field}`}`,
    `${examples.map(printable).join(', ')}${records > examples.length ? ', …' : ''}`,
  ]);
  const [head = '', ...lines] = table([['records', 'outcome', 'rule', 'of', 'for example'], ...rows], [0]);
  return [colours.dim(head), ...lines];
}

/** One line for a terminal. */
export const validationProgress = (done: Pick<ValidatedSide, 'mapping' | 'read' | 'violated'> & { system: string }) =>
  `${done.mapping}  ${done.system}: ${counted(done.read, 'record')} read, ${numberText(done.violated)} would be parked`;
