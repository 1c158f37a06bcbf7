import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { FieldType } from '../record/value.ts';
import type { Expression } from './expression.ts';
import type { LoadedField } from './loaded.ts';
import type { Row, RowScope } from './row.ts';

const OPTION_TYPES: readonly FieldType[] = ['option', 'multi_option'];

/** Keys of the options that the connector declares; null where they are asked of the system at run time. */
function keysOf(row: Row, side: Side): string[] | null {
  const field = row.fields[side];
  return OPTION_TYPES.includes(field.type) && field.options ? field.options.map((option) => option.key) : null;
}

/** The option table in both directions. Where two options become one, the first that stands in the table leads back. */
export function loadOptions(
  row: Row,
  expressions: Record<Side, Expression | null>,
  scope: RowScope,
): LoadedField['options'] {
  const table = row.file.options;
  if (!table) {
    if (!expressions.a && !expressions.b) checkSharedKeys(row, scope);
    return null;
  }
  const path = [...scope.path, 'options'];
  const aToB = new Map<string, string>();
  const bToA = new Map<string, string>();
  for (const [a, group] of Object.entries(table)) {
    checkKey('a', a, [...path, a], row, scope);
    for (const b of [group].flat()) {
      checkKey('b', b, [...path, a], row, scope);
      if (!aToB.has(a)) aToB.set(a, b);
      const first = bToA.get(b);
      if (first === undefined) bToA.set(b, a);
      else if (row.writes.a) {
        scope.findings.warning('option-ambiguous', `"${first}" and "${a}" both become "${b}"`, [...path, a], {
          detail: `On the way back "${b}" becomes "${first}", which stands first.`,
        });
      }
    }
  }
  for (const side of SIDES) {
    const missing = (keysOf(row, side) ?? []).filter((key) => !(side === 'a' ? aToB : bToA).has(key));
    reportMissing(side, missing, path, row, scope);
  }
  return { aToB, bToA };
}

function checkKey(side: Side, key: string, path: (string | number)[], row: Row, scope: RowScope): void {
  const known = keysOf(row, side);
  if (!known || known.includes(key)) return;
  const summary = `${row.names[side]} of ${scope.sides[side].system} has no option "${key}"`;
  scope.findings.unknown('option-unknown', summary, path, key, known);
}

/** Without a table, the keys of both connectors must be the same. */
function checkSharedKeys(row: Row, scope: RowScope): void {
  for (const side of SIDES) {
    const theirs = keysOf(row, otherSide(side));
    const missing = theirs ? (keysOf(row, side) ?? []).filter((key) => !theirs.includes(key)) : [];
    reportMissing(side, missing, scope.path, row, scope);
  }
}

/** `missing` are option keys of `side` that mean nothing on the other one. */
function reportMissing(side: Side, missing: string[], path: (string | number)[], row: Row, scope: RowScope): void {
  if (missing.length === 0 || !row.writes[otherSide(side)] || row.file.otherwise) return;
  const { system } = scope.sides[side];
  const names = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', …' : '');
  scope.findings.warning(
    'option-unmapped',
    `Options of ${row.names[side]} (${system}) have no counterpart: ${names}`,
    path,
    {
      detail: 'A record with one of them is parked.',
      next: 'Add them under options, or say otherwise: { policy: … }',
    },
  );
}

/** What to do with an option that has no counterpart; `default` needs an option for each side that is written. */
export function loadOtherwise(row: Row, scope: RowScope): LoadedField['otherwise'] {
  const given = row.file.otherwise;
  const loaded: LoadedField['otherwise'] = { policy: given?.policy ?? 'park', a: null, b: null };
  if (!given) return loaded;
  const path = [...scope.path, 'otherwise'];
  const known = SIDES.map((side) => scope.sides[side].system);
  for (const key of Object.keys(given).filter((each) => each !== 'policy' && !known.includes(each))) {
    scope.findings.unknown('key-unknown', `"${key}" is not known under otherwise`, [...path, key], key, [
      'policy',
      ...known,
    ]);
  }
  if (given.policy === 'create') checkCreate(row, path, scope);
  for (const side of SIDES) {
    const { system } = scope.sides[side];
    const key = given[system];
    if (key !== undefined) {
      loaded[side] = key;
      checkKey(side, key, [...path, system], row, scope);
    } else if (given.policy === 'default' && row.writes[side]) {
      const next = `Add ${system}: <option that is written>`;
      scope.findings.error('default-missing', `The policy default says no option for ${system}`, path, { next });
    }
  }
  return loaded;
}

/** Options can be added where the connector says how; they get the key that the other system has. */
function checkCreate(row: Row, path: (string | number)[], { sides, findings }: RowScope): void {
  const creates = (side: Side) => {
    const list = row.fields[side].options_from;
    return list !== undefined && sides[side].optionLists[list]?.create !== undefined;
  };
  const written = SIDES.filter((side) => row.writes[side]);
  for (const side of written.filter((one) => !creates(one))) {
    const summary = `No option can be added to ${row.names[side]} of ${sides[side].system}`;
    const text = {
      detail: `Its connector declares no option_lists entry with create for it.`,
      next: written.length > 1 ? `Records that need one are parked` : 'Set policy: park, default or ignore',
    };
    if (written.some(creates)) findings.info('cannot-create-option', summary, path, text);
    else findings.error('cannot-create-option', summary, path, text);
  }
}
