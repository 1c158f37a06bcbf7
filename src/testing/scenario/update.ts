import { type Document, isMap, isSeq, parseDocument, Scalar, type YAMLMap } from 'yaml';
import { withLayout } from '../../connector/yaml-layout.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { isEmpty, sameValue } from '../../record/canonical.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import type { Played } from './play.ts';
import type { Scenario } from './scenario.ts';
import type { HeldRecord } from './stage.ts';

/**
 * The text of a scenario that expects what came of it: its plan, what is parked, and of the records it names the fields it
 * names. Comments and layout stay. One that expects nothing yet gets all that the mappings hold.
 */
export function updateScenario(
  text: string,
  integration: LoadedIntegration,
  scenario: Scenario,
  played: Played,
  plan: string,
): string {
  const document = parseDocument(text);
  if (!isMap(document.contents)) return text;
  if (!isMap(document.get('then'))) addThen(document.contents, document);
  const objects = scenario.expected?.objects ?? [];
  for (const { side, object, records } of objects) {
    const held = played.records[side].get(object) ?? [];
    updateObject(document, ['then', integration[side].name, object], records, held);
  }
  if (objects.length === 0) writeAll(document, integration, scenario, played);
  const planned = new Scalar(plan.trimEnd() === '' ? '' : `${plan.trimEnd()}\n`);
  if (planned.value !== '') planned.type = Scalar.BLOCK_LITERAL;
  document.setIn(['then', 'plan'], planned);
  if (played.parked.length === 0) document.deleteIn(['then', 'parked']);
  else {
    const parked = played.parked.map(({ mapping, side, id, reason }) =>
      flowMap(document, { mapping, system: integration[side].name, id: plainId(id), reason }),
    );
    document.setIn(['then', 'parked'], document.createNode(parked));
  }
  return withLayout(text, document);
}

/** After an empty line, as people set parts apart. */
function addThen(root: YAMLMap, document: Document): void {
  const key = new Scalar('then');
  key.spaceBefore = true;
  root.delete('then');
  root.items.push(document.createPair(key, {}));
}

type Expected = NonNullable<Scenario['expected']>['objects'][number]['records'];

function updateObject(document: Document, path: string[], expected: Expected, held: readonly HeldRecord[]): void {
  const list = document.getIn(path);
  if (!isSeq(list)) return;
  const byId = new Map(held.map((record) => [record.id, record]));
  const kept = list.items.flatMap((node, index) => {
    const record = expected[index];
    const actual = record && byId.get(record.id);
    if (!record || !actual || !isMap(node)) return [];
    for (const [field, value] of Object.entries(record.fields)) {
      const now = actual.fields[field] ?? null;
      if (!sameValue(value, now)) node.set(field, document.createNode(now));
    }
    if (actual.archived !== record.archived) setArchived(node, actual.archived);
    return [node];
  });
  const toNode = (record: HeldRecord) => recordNode(document, { ...record, fields: filledFields(record.fields, null) });
  const known = new Set(expected.map(({ id }) => id));
  list.items = [...kept, ...held.filter(({ id }) => !known.has(id)).map(toNode)];
}

function setArchived(node: YAMLMap, archived: boolean): void {
  if (archived) node.set('archived', true);
  else node.delete('archived');
}

/**
 * Of every object that is mapped and holds records, all of them: of those that were given what is different now, of others
 * the fields that are mapped and filled.
 */
function writeAll(document: Document, integration: LoadedIntegration, scenario: Scenario, played: Played): void {
  for (const side of SIDES) {
    for (const object of new Set(integration.mappings.map(({ objects }) => objects[side]))) {
      const held = played.records[side].get(object) ?? [];
      const given = scenario.given.filter((one) => one.side === side && one.object === object);
      if (held.length + given.length === 0) continue;
      const mapped = mappedFields(integration, side, object);
      const nodes = held.map((record) => {
        const before = given.find(({ id }) => id === record.id);
        const fields = before
          ? changedFields(before.fields, record.fields, mapped)
          : filledFields(record.fields, mapped);
        return recordNode(document, { ...record, fields });
      });
      document.setIn(['then', integration[side].name, object], document.createNode(nodes));
    }
  }
}

function mappedFields(integration: LoadedIntegration, side: Side, object: string): Set<string> {
  const mappings = integration.mappings.filter(({ objects }) => objects[side] === object);
  return new Set(mappings.flatMap(({ fields }) => fields.map((row) => row[side])));
}

const changedFields = (before: Fields, now: Fields, mapped: ReadonlySet<string>): Fields =>
  Object.fromEntries(
    Object.entries(now).filter(([name, value]) => mapped.has(name) && !sameValue(before[name] ?? null, value)),
  );

const filledFields = (fields: Fields, mapped: ReadonlySet<string> | null): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => (mapped?.has(name) ?? true) && !isEmpty(value)));

function recordNode(document: Document, { id, archived, fields }: HeldRecord): YAMLMap {
  return flowMap(document, { id: plainId(id), ...(archived ? { archived } : {}), ...fields });
}

/** A number needs no quotes. */
const plainId = (id: string): string | number => (/^[1-9]\d{0,14}$/.test(id) ? Number(id) : id);

function flowMap(document: Document, values: Record<string, Value>): YAMLMap {
  const node: YAMLMap = document.createNode(values);
  node.flow = true;
  return node;
}
