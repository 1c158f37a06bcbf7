import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Findings } from './findings.ts';
import { type Loss, losses } from './loss.ts';
import type { Row, RowScope } from './row.ts';
import { typesFit } from './type-fit.ts';

/**
 * Tells what a row's plain copy loses, from the two declarations: a warning where the row goes both ways, since an edit
 * of the poorer field then overwrites the richer one; an info where it does not. Silent where the row declares that the
 * loss is known (`loss`, `equivalent`), and where an expression, an option table or a reference makes the value.
 */
export function checkLoss(row: Row, scope: RowScope): void {
  const { file } = row;
  if (file.loss === 'accepted' || file.equivalent !== undefined) return;
  if (file.reference !== undefined || file.options !== undefined) return;
  for (const target of SIDES) {
    if (!row.writes[target] || file[`to_${scope.sides[target].system}`] !== undefined) continue;
    const [from, to] = [row.fields[otherSide(target)], row.fields[target]];
    if (to.read_only || from.write_only || !typesFit(from, to)) continue;
    const found = losses(from, to);
    if (found.length > 0) report(found, target, row, scope);
  }
}

function report(found: readonly Loss[], target: Side, row: Row, { sides, path, findings }: RowScope): void {
  const source = otherSide(target);
  const [from, to] = [nameOf(source, row, sides), nameOf(target, row, sides)];
  const tell: Findings['warning'] = row.writes[source]
    ? (...said) => findings.warning(...said)
    : (...said) => findings.info(...said);
  const remedies = found.flatMap(({ remedy }) => (remedy === null ? [] : [remedy]));
  const goesOneWay = `direction: ${sides[source].system} -> ${sides[target].system}`;
  const next = [
    ...(remedies.length > 0 ? [`let ${to} ${remedies.join(' and ')}`] : []),
    ...(row.writes[source] ? [`set ${goesOneWay}`] : []),
    'set loss: accepted',
  ].join(', or ');
  tell('lossy', `${from} loses ${found.map(({ what }) => what).join(', and ')} in ${to}`, path, {
    detail: row.writes[source]
      ? `${from} keeps it until ${to} is edited; the edit then writes what is left back into ${from}.`
      : `${from} keeps it.`,
    next: `${next.charAt(0).toUpperCase()}${next.slice(1)}`,
  });
}

const nameOf = (side: Side, { names }: Row, sides: RowScope['sides']): string =>
  `${names[side]} of ${sides[side].system}`;
