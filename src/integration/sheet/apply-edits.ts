import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  visit,
  YAMLMap,
  Scalar as YamlScalar,
} from 'yaml';
import { withLayout } from '../../connector/yaml-layout.ts';
import { FIELD_KEYS } from '../schema.ts';
import type { Edit, OptionTarget } from './edit.ts';
import type { Scalar } from './scalar.ts';

/** An edit that the file can't take, since it shares what is to be changed by an anchor. */
export interface Shared {
  edit: Edit;
}

/**
 * The text of an integration file with the edits. Comments, the order of keys and the layout of lines that do not change
 * stay; without edits, the text is the same. Edits of rows that are shared by an anchor are left out and told.
 */
export function applyEdits(text: string, edits: readonly Edit[]): { text: string; shared: Shared[] } {
  if (edits.length === 0) return { text, shared: [] };
  const lines = text.replaceAll('\r\n', '\n');
  const document = parseDocument(lines, { merge: true });
  const places = new Map(edits.map((edit) => [edit, placeOf(document, edit)]));
  const shared = edits.filter((edit) => places.get(edit) === null).map((edit) => ({ edit }));
  const rows = new Set<YAMLMap>();
  // Removals last, so that places in the file stay while the others are done.
  for (const edit of edits) {
    const place = places.get(edit);
    if (!place) continue;
    if (edit.kind === 'set') setKey(document, place, edit.key, edit.value);
    else if (edit.kind === 'options') setOptions(document, place, edit.options);
    else if (edit.kind === 'remove') rows.add(place);
    else if (edit.kind === 'ignore') setIgnored(document, place, edit);
    else addRow(document, place, edit.row);
  }
  for (const edit of edits) if (edit.kind === 'remove') removeRows(document, edit.mapping, rows);
  const edited = withLayout(lines, document);
  return { text: lines === text ? edited : edited.replaceAll('\n', '\r\n'), shared };
}

/** The mapping, or the row, that an edit is about; null where an anchor shares it with others. */
function placeOf(document: Document, edit: Edit): YAMLMap | null {
  const path = ['mappings', edit.mapping];
  const mapping = document.getIn(path, true);
  if (!isMap(mapping)) return null;
  if (edit.kind === 'add' || edit.kind === 'ignore') return mapping;
  const fields = mapping.get('fields', true);
  const row = isSeq(fields) ? fields.items[edit.index] : null;
  if (!isMap(row) || isAnchored(row)) return null;
  // What comes from elsewhere can be overruled here, but not left out.
  const isOwn = edit.kind !== 'set' || edit.value !== undefined || row.items.some((item) => keyText(item) === edit.key);
  return isOwn ? row : null;
}

/** Others refer to it, or to a part of it: they would change, too. */
function isAnchored(row: YAMLMap): boolean {
  let found = false;
  visit(row, {
    Value(_, { anchor }) {
      if (anchor) found = true;
    },
  });
  return found;
}

const keyText = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

function setKey(
  document: Document,
  holder: YAMLMap,
  key: string,
  value: Scalar | string[] | Record<string, Scalar> | undefined,
): void {
  if (value === undefined) {
    holder.delete(key);
    return;
  }
  const pair = holder.items.find((item) => keyText(item) === key);
  if (pair && isScalar(pair.value) && typeof value !== 'object') {
    // A remark beside it stays, and so do the quotes of a text.
    const { value: node } = pair;
    node.value = value;
    delete node.source;
    if (typeof value !== 'string' || node.type === 'PLAIN') delete node.type;
    return;
  }
  const node = nodeOf(document, value);
  if (pair) pair.value = node;
  else insert(holder, new Pair(new YamlScalar(key), node));
}

/** The longest line that stays one. */
const LINE = 120;

/** Maps and lists of plain values stand in one line. */
function nodeOf(document: Document, value: Scalar | string[] | Record<string, Scalar>): Node {
  const node = document.createNode(value);
  if (isCollection(node)) node.flow = true;
  return node;
}

/** Where those of its kind stand in the schema; the names of the systems and their expressions before all others. */
function insert(holder: YAMLMap, pair: Pair): void {
  const rank = FIELD_KEYS.indexOf(keyText(pair));
  const next = rank < 0 ? -1 : holder.items.findIndex((item) => FIELD_KEYS.indexOf(keyText(item)) > rank);
  const last = holder.items.findLastIndex((item) => FIELD_KEYS.indexOf(keyText(item)) < 0);
  if (rank < 0) holder.items.splice(last + 1, 0, pair);
  else if (next < 0) holder.items.push(pair);
  else holder.items.splice(next, 0, pair);
}

function addRow(document: Document, mapping: YAMLMap, row: Record<string, Scalar | Record<string, Scalar>>): void {
  const fields = mapping.get('fields', true);
  if (!isSeq(fields)) return;
  const node = document.createNode(row);
  if (!isMap(node)) return;
  for (const { value } of node.items) if (isMap(value)) value.flow = true;
  const length = JSON.stringify(row).length;
  node.flow = fields.flow === true || (length <= LINE && !JSON.stringify(row).includes('\\n'));
  fields.items.push(node);
}

function removeRows(document: Document, mapping: string, rows: ReadonlySet<YAMLMap>): void {
  const fields = document.getIn(['mappings', mapping, 'fields'], true);
  if (isSeq(fields)) fields.items = fields.items.filter((item) => !isMap(item) || !rows.has(item));
}

function setIgnored(document: Document, mapping: YAMLMap, edit: Edit & { kind: 'ignore' }): void {
  const ignored = mapAt(document, mapping, 'ignored', edit.reason !== undefined);
  const fields = ignored && mapAt(document, ignored, edit.system, edit.reason !== undefined);
  if (!ignored || !fields) return;
  if (edit.reason !== undefined) {
    setKey(document, fields, edit.field, edit.reason);
    return;
  }
  fields.delete(edit.field);
  if (fields.items.length === 0) ignored.delete(edit.system);
  if (ignored.items.length === 0) mapping.delete('ignored');
}

function setOptions(document: Document, row: YAMLMap, options: ReadonlyMap<string, OptionTarget>): void {
  const table = mapAt(document, row, 'options', true);
  if (!table) return;
  for (const [key, target] of options) setKey(document, table, key, target);
  if (table.items.length === 0) row.delete('options');
  else if (!row.flow && !table.srcToken && table.items.length <= 8) table.flow = true;
}

/** The map at a key; made where it is missing and `make` is set. Null where it stands elsewhere, by an anchor. */
function mapAt(document: Document, holder: YAMLMap, key: string, make: boolean): YAMLMap | null {
  const found = holder.get(key, true);
  if (isMap(found)) return found;
  if (isNode(found) && !(isScalar(found) && found.value === null)) return null;
  if (!make) return null;
  const map = new YAMLMap(document.schema);
  const pair = holder.items.find((item) => keyText(item) === key);
  if (pair) pair.value = map;
  else if (FIELD_KEYS.includes(key)) insert(holder, new Pair(new YamlScalar(key), map));
  else holder.items.push(new Pair(new YamlScalar(key), map));
  return map;
}
