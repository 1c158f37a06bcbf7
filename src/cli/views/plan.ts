import type { FieldRule } from '../../planning/field-decision.ts';
import type { Action, FieldChange, PlanItem } from '../../planning/plan-item.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import { hasWork, type PlannedMapping, type PlanReport, type PlanTotals, totalsOf } from '../plan-report.ts';
import { diagnosticsText } from './diagnostics.ts';
import type { Style } from './style.ts';
import { counted, durationText, numberText, printable, valueText, wrap } from './text.ts';

/** A plan, always in this order: legend, remarks, drift, actions by mapping, one count line, cost, next command. */
export function planText(report: PlanReport, style: Style): string {
  const { colours } = style;
  const title = `Plan for ${report.integration} (${report.environment}): ${report.systems.a} ↔ ${report.systems.b}`;
  const parts = [colours.bold(title), legend(style)];
  const remarks = report.diagnostics.length > 0 ? diagnosticsText(report.diagnostics, style).trimEnd() : '';
  if (remarks) parts.push(remarks);
  const drift = driftText(report);
  if (drift) parts.push(wrap(drift, style.width).join('\n'));
  parts.push(...mappingTexts(report.mappings, report.systems, style));
  parts.push(closing(report, style).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

const legend = ({ colours }: Style): string =>
  [
    colours.green('+ create'),
    colours.yellow('~ update'),
    colours.red('- delete or archive'),
    colours.cyan('= link'),
    colours.magenta('! parked or held'),
  ].join('   ');

/** What changed on its own in either system since both last agreed; '' where nothing did. */
function driftText({ mappings, systems }: PlanReport): string {
  const drifted = mappings.flatMap(({ name, changed }) => {
    const sides = SIDES.filter((side) => changed[side] > 0).map(
      (side) => `${systems[side]} ${numberText(changed[side])}`,
    );
    return sides.length > 0 ? [`${name} ${sides.join(', ')}`] : [];
  });
  return drifted.length > 0 ? `New or changed since both sides agreed: ${drifted.join('; ')}.` : '';
}

/** What is planned for each mapping, of which there is something to show. */
export function mappingTexts(
  mappings: readonly PlannedMapping[],
  systems: Record<Side, string>,
  style: Style,
): string[] {
  return mappings.flatMap((mapping) => {
    const lines = mappingLines(mapping, systems, style);
    return lines.length > 0 ? [lines.join('\n')] : [];
  });
}

function mappingLines(mapping: PlannedMapping, systems: Record<Side, string>, style: Style): string[] {
  const { colours } = style;
  const { a, b } = mapping.objects;
  if (mapping.items.length === 0) return [];
  const lines = [colours.bold(`${mapping.name}  ${systems.a} ${a} ↔ ${systems.b} ${b}`)];
  for (const item of mapping.items) lines.push(...itemLines(item, mapping, systems, style));
  if (mapping.more > 0) lines.push(`  … and ${numberText(mapping.more)} more (--all shows them)`);
  return lines;
}

function itemLines(item: PlanItem, mapping: PlannedMapping, systems: Record<Side, string>, style: Style): string[] {
  const { colours } = style;
  if (item.park) {
    const { side, id, diagnostic, reason } = item.park;
    const head = `  ${colours.magenta('!')} ${systems[side]} ${mapping.objects[side]} ${printable(id)}  ${colours.dim(reason)}`;
    return [head, `      ${printable(diagnostic.summary)}`];
  }
  const actions = (['a', 'b'] as const).flatMap((side) => {
    const action = item.actions[side];
    return action ? actionLines(side, action, item, mapping, systems, style) : [];
  });
  if (actions.length > 0) return [...actions, ...findingLines(item, style)];
  return [`  ${colours.cyan('=')} ${systems.a} ${idText(item.a)} ↔ ${systems.b} ${idText(item.b)}`];
}

/** Rules that what is written breaks all the same, or was repaired for. */
const findingLines = ({ findings = [] }: PlanItem, { colours }: Style): string[] =>
  findings.map(({ rule, outcome, diagnostic }) =>
    outcome === 'warned'
      ? `      ${colours.yellow(`warning, ${rule}: ${printable(diagnostic.summary)}`)}`
      : `      ${colours.dim(`repaired, ${rule}: ${printable(diagnostic.summary)}`)}`,
  );

const idText = (id: string | null): string => (id === null ? '(new)' : printable(id));

function actionLines(
  side: Side,
  action: Action,
  item: PlanItem,
  mapping: PlannedMapping,
  systems: Record<Side, string>,
  style: Style,
): string[] {
  const { colours } = style;
  const source = otherSide(side);
  const from = `${systems[source]} ${idText(item[source])}`;
  const target = `${systems[side]} ${mapping.objects[side]} ${idText(action.id)}`;
  if (action.kind === 'delete' || action.kind === 'archive') {
    const mark = mapping.deletesHeld ? colours.magenta('!') : colours.red('-');
    const held = mapping.deletesHeld ? ', held by the delete guard' : '';
    const why = action.kind === 'archive' ? 'archive' : 'delete';
    return [`  ${mark} ${target} ← ${from}  ${colours.dim(`${why}: ${recordRuleText(item.rule)}${held}`)}`];
  }
  const mark = action.kind === 'create' ? colours.green('+') : colours.yellow('~');
  const first = item.link === 'make' && action.kind === 'update' ? colours.dim('  linked for the first time') : '';
  const changes = [...action.changes, ...action.later];
  return [
    `  ${mark} ${target} ← ${from}${first}`,
    ...changes.map((change) => changeLine(change, action.kind === 'create', systems, style)),
  ];
}

function changeLine(change: FieldChange, isNew: boolean, systems: Record<Side, string>, { colours }: Style): string {
  const value = change.value === 'new:' ? '(the record that this plan creates)' : valueText(change.value);
  if (isNew) return `      ${change.field}: ${value}`;
  const why = colours.dim(`(${fieldRuleText(change.rule, systems[otherSide(change.to)], systems[change.to])})`);
  return `      ${change.field}: ${valueText(change.from)} → ${value}  ${why}`;
}

/** What decided a field, for a person; `source` is the system whose value stands. */
export function fieldRuleText(rule: FieldRule, source: string, target: string): string {
  const words: Record<FieldRule, string> = {
    unchanged: 'unchanged',
    agree: 'both say the same',
    changed: `changed in ${source}`,
    'mapping-changed': 'the mapping of the field was changed',
    'outcome-unknown': `nobody knows what became of an earlier write to ${target}`,
    restore: `${source} alone decides; the edit in ${target} is undone`,
    'target-edit-left': `edited in ${target}, left as it is`,
    'target-edit-overwritten': `changed in ${source}, the edit in ${target} is overwritten`,
    'conflict-side-wins': `both changed, ${source} wins`,
    'conflict-newest-wins': `both changed, ${source} is newer`,
    'conflict-hold': 'both changed, held for a person',
    'conflict-tie': 'both changed, nobody can tell which is newer',
    'first-contact-filled': `first contact, ${target} has none`,
    'first-contact-preferred': `first contact, ${source} is preferred`,
  };
  return words[rule];
}

function recordRuleText(rule: string): string {
  const words: Record<string, string> = {
    'delete-delete': 'deleted in the other system',
    'delete-archive': 'deleted in the other system',
    'left-filter-delete': 'it left the filter',
    'left-filter-archive': 'it left the filter',
  };
  return words[rule] ?? rule;
}

function closing(report: PlanReport, { colours, width }: Style): string[] {
  const totals = totalsOf(report.mappings);
  const archive = totals.archive > 0 ? `, ${numberText(totals.archive)} to archive` : '';
  const waiting = totals.waiting > 0 ? `, ${numberText(totals.waiting)} parked or held` : '';
  const line =
    `Plan: ${numberText(totals.create)} to create, ${numberText(totals.update)} to update, ` +
    `${numberText(totals.delete)} to delete${archive}, ${numberText(totals.links)} to link${waiting}.`;
  const { calls, ms } = report.estimate;
  const cost = (['a', 'b'] as const)
    .map(
      (side) =>
        `${report.systems[side]} ${counted(calls[side].reads, 'read')}, ${counted(calls[side].writes, 'write')}`,
    )
    .join('; ');
  const lines = [
    ...wrap(line, width).map((row) => colours.bold(row)),
    ...wrap(`API calls of a sync: ${cost}. Estimated time: ${estimateText(ms)}.`, width),
  ];
  if (report.saved) lines.push(`Saved without values to ${report.saved}; it holds for 24 hours.`);
  if (report.parkedBefore > 0)
    lines.push(`${counted(report.parkedBefore, 'record')} parked before: dovetail parked list`);
  if (!hasWork(totals)) lines.push(nothingText(report, totals));
  if (report.next) lines.push(`Next: ${colours.bold(report.next)}`);
  return lines;
}

function nothingText({ outcome, parkedBefore }: PlanReport, { waiting }: PlanTotals): string {
  if (outcome === 'failed') return 'The plan is incomplete: see above.';
  return waiting + parkedBefore > 0
    ? 'Nothing to do, apart from what is parked or held.'
    : 'Nothing to do: both systems say the same.';
}

const estimateText = (ms: number): string => (ms < 60_000 ? 'under a minute' : `about ${durationText(ms)}`);
