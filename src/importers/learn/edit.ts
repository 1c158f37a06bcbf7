import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { connectorSchema, type Ground, objectSchema } from '../../connector/definition.ts';
import { withLayout } from '../../connector/yaml-layout.ts';
import type { Change, Finding } from './finding.ts';

/**
 * The text of a connector file with what was learnt: changed values, and a ground for each fact. Comments, the order of
 * keys and the layout of lines that do not change stay. `probed` are the objects that were looked at: what several
 * objects share by an anchor is changed for all of them where all that were looked at agree, else written out for each.
 */
export function editConnector(
  text: string,
  findings: readonly Finding[],
  on: string,
  probed: readonly string[],
): string {
  const document = parseDocument(text);
  const changes = findings.flatMap((finding) => finding.changes);
  separate(document, findings, probed);
  for (const change of changes) apply(document, change);
  const grounds = groundsOf(findings, on);
  for (const { at } of grounds) settleComment(document, at.split('.'), on);
  ground(document, grounds);
  return withLayout(text, document);
}

/** One ground for each path that something was learnt about. */
function groundsOf(findings: readonly Finding[], on: string): Ground[] {
  const found = new Map<string, string[]>();
  for (const finding of findings) {
    if (finding.verdict === 'not visible' || finding.at === '') continue;
    const at = placeOf(finding);
    const known = found.get(at) ?? [];
    const because = reasonOf(finding);
    if (!known.includes(because)) found.set(at, [...known, because]);
  }
  return [...found].map(([at, reasons]) => ({ at, ground: 'learnt' as const, because: reasons.join('; '), on }));
}

/** A fact about a key that was renamed is one about its new name. */
function placeOf({ at, changes }: Finding): string {
  const renamed = changes.find((change) => 'rename' in change && change.path.join('.') === at);
  return renamed && 'rename' in renamed ? [...renamed.path.slice(0, -1), renamed.rename].join('.') : at;
}

const LONGEST_SAYING = 80;

function reasonOf({ verdict, fact, seen, declared, evidence }: Finding): string {
  const said = declared !== null && declared.length <= LONGEST_SAYING ? ` (the file said ${declared})` : '';
  const before = verdict === 'contradicted' ? `contradicted${said}: ` : '';
  const last = evidence.at(-1);
  const request = last ? `, by ${last.method} ${last.path}: ${last.status ?? 'no answer'}` : '';
  return `${before}${fact}: ${seen}${request}`;
}

/** New grounds take the place of old ones about the same path. */
function ground(document: Document, grounds: readonly Ground[]): void {
  if (grounds.length === 0) return;
  const old: unknown = document.get('grounds');
  const list = new YAMLSeq<unknown>();
  const open = new Map(grounds.map((one) => [one.at, one]));
  for (const item of isSeq(old) ? old.items : []) {
    const newer = isMap(item) ? open.get(String(item.get('at'))) : undefined;
    // A person's word stands; what speaks against it is in the report.
    if (newer && isMap(item) && item.get('ground') === 'by hand') open.delete(newer.at);
    const stays = newer === undefined || !open.has(newer.at);
    list.add(stays ? item : groundNode(document, newer));
    if (newer) open.delete(newer.at);
  }
  for (const one of open.values()) list.add(groundNode(document, one));
  if (isMap(document.contents)) place(document.contents, document.createNode('grounds'), list, ['grounds']);
}

function groundNode(document: Document, one: Ground): Node {
  const node = document.createNode(one);
  if (isMap(node)) node.flow = true;
  return node;
}

/** A comment that calls a value a guess says from now on that it is none. */
function settleComment(document: Document, path: readonly string[], on: string): void {
  const holder = mapAt(document, path.slice(0, -1), false);
  const node = holder?.get(path.at(-1) ?? '', true);
  if (!isCollection(node) && !isScalar(node)) return;
  if (/^\s*(inferred|assumed)\b/.test(node.comment ?? '')) node.comment = ` learnt on ${on}`;
}

function apply(document: Document, change: Change): void {
  const steps = [...change.path];
  const last = steps.pop() ?? '';
  const holder = mapAt(document, steps, !('rename' in change) && change.value !== undefined);
  if (!holder) return;
  const pair = holder.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === last);
  if ('rename' in change) {
    if (pair) pair.key = new Scalar(change.rename);
  } else if (change.value === undefined) {
    release(document, pair?.value);
    holder.delete(last);
  } else if (pair && isScalar(pair.value) && typeof change.value !== 'object') {
    // Its comment stays; a quoted text stays one.
    pair.value.value = change.value;
    delete pair.value.source;
    if (typeof change.value !== 'string') delete pair.value.type;
  } else {
    const node = document.createNode(change.value, { aliasDuplicateObjects: false });
    if (isCollection(node)) flowing(node);
    release(document, pair?.value);
    if (pair) pair.value = node;
    else place(holder, document.createNode(last), node, change.path);
  }
}

/** Sets a key where those of its kind stand in the schema: before the first that comes after it there. */
function place(holder: YAMLMap, key: Node, value: Node, path: readonly string[]): void {
  const name = path.at(-1) ?? '';
  if (holder.has(name)) {
    holder.set(name, value);
    return;
  }
  const order = Object.keys(path.length === 1 ? connectorSchema.shape : path.length === 3 ? objectSchema.shape : {});
  const rank = order.indexOf(name);
  const nameOf = (item: { key: unknown }) => String(isScalar(item.key) ? item.key.value : item.key);
  const before = rank < 0 ? -1 : holder.items.findIndex((item) => order.indexOf(nameOf(item)) > rank);
  const pair = new Pair(key, value);
  if (before < 0) holder.items.push(pair);
  else holder.items.splice(before, 0, pair);
}

/** Others that refer to what is about to go get copies of their own. */
function release(document: Document, node: unknown): void {
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return;
  const anchored: (Scalar | YAMLMap | YAMLSeq)[] = [];
  visit(node, {
    Value: (_, inner) => {
      if (inner.anchor) anchored.push(inner);
    },
  });
  for (const inner of anchored) writeOut(document, inner);
}

/** What holds nothing but plain values stands in one line. */
function flowing(node: Node): void {
  if (!isCollection(node)) return;
  const values = node.items.map((item) =>
    isMap(node) && item !== null && typeof item === 'object' && 'value' in item ? item.value : item,
  );
  for (const value of values) if (isCollection(value)) flowing(value);
  node.flow = values.every((value) => !isCollection(value) || value.flow === true);
}

/** The map at a path, through aliases; made where it is missing and `make` is set. */
function mapAt(document: Document, steps: readonly string[], make: boolean): YAMLMap | null {
  let node: unknown = document.contents;
  for (const step of steps) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isMap(node)) return null;
    let next: unknown = node.get(step, true);
    if (next === undefined || (isScalar(next) && next.value === null)) {
      if (!make) return null;
      next = new YAMLMap();
      if (node.flow && isMap(next)) next.flow = true;
      node.set(document.createNode(step), next);
    }
    node = next;
  }
  if (isAlias(node)) node = node.resolve(document);
  return isMap(node) ? node : null;
}

/** Writes out what objects share by an anchor, where not all of those that were looked at change it alike. */
function separate(document: Document, findings: readonly Finding[], probed: readonly string[]): void {
  const changes = findings.flatMap((finding) => finding.changes);
  for (;;) {
    const clash = changes.map((change) => clashOf(document, change, findings, probed)).find((one) => one !== null);
    if (!clash) return;
    writeOut(document, clash);
  }
}

/** The innermost anchored node on the way to a change that others share but do not change alike. */
function clashOf(
  document: Document,
  change: Change,
  findings: readonly Finding[],
  probed: readonly string[],
): YAMLMap | YAMLSeq | null {
  const [top, name] = change.path;
  if (top !== 'objects' || name === undefined) return null;
  const holder = mapAt(document, change.path.slice(0, -1), false);
  if (!holder) return null;
  const mine = JSON.stringify(['rename' in change ? change.rename : change.value]);
  for (const neighbour of probed) {
    const path = ['objects', neighbour, ...change.path.slice(2)];
    if (neighbour === name || mapAt(document, path.slice(0, -1), false) !== holder) continue;
    const at = path.join('.');
    const theirs = findings.flatMap((finding) => finding.changes).filter((one) => one.path.join('.') === at);
    const other = theirs.some((one) => JSON.stringify(['rename' in one ? one.rename : one.value]) !== mine);
    // What could not be seen of an object speaks against nothing.
    const stays =
      theirs.length === 0 && findings.some((finding) => finding.at === at && finding.verdict === 'confirmed');
    if (other || stays) return anchorOn(document, change.path);
  }
  return null;
}

function anchorOn(document: Document, path: readonly string[]): YAMLMap | YAMLSeq | null {
  let found: YAMLMap | YAMLSeq | null = null;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if ((isMap(node) || isSeq(node)) && node.anchor) found = node;
    if (!isMap(node)) return found;
    node = node.get(step, true);
  }
  return found;
}

/** Replaces every alias of a node by a copy of it. */
function writeOut(document: Document, node: Scalar | YAMLMap | YAMLSeq): void {
  const name = node.anchor;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.source !== name) return undefined;
      return withoutAnchors(node.clone());
    },
  });
  delete node.anchor;
}

function withoutAnchors(node: unknown): Node | undefined {
  if (!isCollection(node) && !isScalar(node)) return undefined;
  visit(node, {
    Value: (_, inner) => {
      delete inner.anchor;
    },
  });
  return node;
}
