import type { ExplainedField, Explanation } from '../../engine/explain-record.ts';
import type { FieldDecision } from '../../planning/field-decision.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { HistoryEntry } from '../../store/port.ts';
import { parkedLines } from './parked.ts';
import { fieldRuleText } from './plan.ts';
import type { Style } from './style.ts';
import { printable, shorten, table, timeText, valueText } from './text.ts';

export interface ExplainReport extends Explanation {
  systems: Record<Side, string>;
}

const LONGEST = 32;

/** One record of a mapping: link, both sides field by field with the rule that decides each, what is parked, history. */
export function explainText(report: ExplainReport, style: Style): string {
  const { colours } = style;
  const { systems, ids, mapping } = report;
  const pair = (['a', 'b'] as const).map((side) => `${systems[side]} ${idText(ids[side])}`).join(' ↔ ');
  const parts = [[colours.bold(`${mapping}: ${pair}`), ...linkLines(report)].join('\n')];
  if (report.presence.a === 'present' || report.presence.b === 'present') parts.push(fieldTable(report).join('\n'));
  parts.push(verdict(report, style));
  if (report.parked.length > 0) parts.push(report.parked.flatMap((one) => parkedLines(one, systems, style)).join('\n'));
  if (report.history.length > 0) {
    parts.push(
      ['History, the newest first:', ...report.history.map((entry) => `  ${historyText(entry, systems)}`)].join('\n'),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

const idText = (id: string | null): string => (id === null ? '(none)' : printable(id));

function linkLines({ link, presence, systems, modified, objects }: ExplainReport): string[] {
  const states = {
    active: 'linked',
    silent: 'linked, but outside the filter: nothing is propagated',
    closed: 'was linked; the link is closed',
  };
  const words: Record<ExplainReport['presence']['a'], string> = {
    present: 'is there',
    gone: 'is deleted',
    none: 'has no record',
    unread: 'was not read',
    unknown: 'could not be read',
  };
  const lines = [
    link ? `${states[link.state]}; last changed by run ${link.run}, ${timeText(link.touched)}` : 'not linked',
  ];
  for (const side of ['a', 'b'] as const) {
    const at = modified[side];
    const stamp = at === null ? '' : `, last modified ${timeText(at)}`;
    lines.push(`${systems[side]} ${objects[side]}: ${words[presence[side]]}${stamp}`);
  }
  return lines;
}

function fieldTable({ fields, systems }: ExplainReport): string[] {
  const rows = fields.map((field) => [
    field.fields.a || COMPUTED,
    valueWithMark(field, 'a'),
    arrow(field),
    field.fields.b || COMPUTED,
    valueWithMark(field, 'b'),
    decisionText(field, systems),
  ]);
  return [...table([['field', systems.a, '', 'field', systems.b, 'what decides'], ...rows])].concat(
    fields.some(({ changed }) => changed.a || changed.b) ? ['* changed since both sides last agreed'] : [],
  );
}

/** Where a row has no field of that side. */
const COMPUTED = '(record)';

const valueWithMark = ({ values, changed }: ExplainedField, side: Side): string =>
  `${shorten(valueText(values[side]), LONGEST)}${changed[side] ? ' *' : ''}`;

function arrow({ flows }: ExplainedField): string {
  if (flows.aToB && flows.bToA) return '↔';
  return flows.aToB ? '→' : '←';
}

function decisionText({ decision, agree, flows }: ExplainedField, systems: Record<Side, string>): string {
  const to = writtenSide(decision, flows);
  const words = fieldRuleText(decision.rule, systems[otherSide(to)], systems[to]);
  switch (decision.kind) {
    case 'write':
      return `${systems[to]} gets it: ${words}`;
    case 'conflict':
      return `conflict: ${words}`;
    case 'none':
      return agree ? words : `${words}; they differ by what one of them can hold`;
    case 'refresh':
      return words;
  }
}

function writtenSide(decision: FieldDecision, flows: ExplainedField['flows']): Side {
  if (decision.kind === 'write') return decision.to;
  return flows.aToB ? 'b' : 'a';
}

function verdict({ item, systems }: ExplainReport, { colours }: Style): string {
  const label = colours.bold('A sync now would');
  if (!item) return `${label} leave it alone: nothing is there to decide, or an earlier create is not settled yet.`;
  if (item.park) return `${label} park it: ${printable(item.park.diagnostic.summary)}.`;
  const actions = (['a', 'b'] as const).flatMap((side) => {
    const action = item.actions[side];
    return action ? [`${action.kind} the record of ${systems[side]}`] : [];
  });
  if (actions.length > 0) return `${label} ${actions.join(' and ')} (${item.rule}).`;
  const words: Record<string, string> = {
    link: 'link the two records and write nothing',
    unchanged: 'do nothing: nothing has changed',
    agree: 'write nothing: both say the same',
    'outside-filter': 'leave it out: it is outside the filter',
    'create-ignored': 'leave it out: new records of this system are ignored',
  };
  return `${label} ${words[item.rule] ?? `write nothing (${item.rule})`}.`;
}

/** `update-b`: an update of the record of side b. */
function historyText({ at, kind, rule, fields, run, digests }: HistoryEntry, systems: Record<Side, string>): string {
  const done = kind.replace(/-([ab])$/, (_, side: string) => ` in ${side === 'a' ? systems.a : systems.b}`);
  const what = fields.length > 0 ? `: ${fields.map(printable).join(', ')}` : '';
  const overruled = digests ? `; overruled: ${Object.keys(digests).map(printable).join(', ')}` : '';
  return `${timeText(at)}  ${done}${what} (${rule})${overruled}  run ${run}`;
}
