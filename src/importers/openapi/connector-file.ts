import { Document, isCollection, isMap, isNode, isPair, isScalar, type Node, type YAMLMap } from 'yaml';
import type { Ground } from '../../connector/definition.ts';

/** Paths of a connector draft whose value stands on one line. */
const ON_ONE_LINE = [
  /^headers$/,
  /^query$/,
  /^variables\.[^.]+$/,
  /^origin$/,
  /^grounds\.\d+$/,
  /^objects\.[^.]+\.(id|parent|archived|get|create|update|delete|upsert|archive)$/,
  /^objects\.[^.]+\.list\.(query|pagination|since|sort|ids|equals|archived|each)$/,
  /^objects\.[^.]+\.batch\.[^.]+$/,
  /^objects\.[^.]+\.fields\.[^.]+$/,
];

/** The text of a connector file: what rests on a guess says so beside it, and all grounds stand at the end. */
export function connectorText(
  draft: Record<string, unknown>,
  grounds: readonly Ground[],
  head: readonly string[],
): string {
  const document = new Document(draft, { aliasDuplicateObjects: false });
  styleAll(document.contents, '');
  for (const ground of grounds) {
    if (ground.ground === 'declared' || ground.ground === 'by hand') continue;
    noteAt(document, ground);
  }
  spaceOut(document);
  document.commentBefore = head.map((line) => (line === '' ? '' : ` ${line}`)).join('\n');
  return document.toString(WRITTEN);
}

export const WRITTEN = { lineWidth: 0, flowCollectionPadding: true, singleQuote: true };

/** Gives parts that were put into a file their form and their grounds. */
export function annotate(document: Document, grounds: readonly Ground[], changed: readonly string[]): void {
  for (const path of [...changed, 'origin', 'grounds']) styleAll(nodeAt(document.contents, path.split('.')), path);
  for (const ground of grounds) {
    if (ground.ground !== 'inferred' && ground.ground !== 'assumed') continue;
    if (changed.some((path) => path === ground.at || ground.at.startsWith(`${path}.`))) noteAt(document, ground);
  }
}

function styleAll(node: unknown, path: string): void {
  if (!isCollection(node)) return;
  if (path !== '' && ON_ONE_LINE.some((form) => form.test(path))) {
    node.flow = true;
    return;
  }
  for (const [place, item] of node.items.entries()) {
    if (isPair(item)) styleAll(item.value, join(path, String(isScalar(item.key) ? item.key.value : item.key)));
    else styleAll(item, join(path, String(place)));
  }
}

/** Names of fields may hold anything but a dot, so a path has one reading. */
const join = (path: string, step: string): string => (path === '' ? step : `${path}.${step}`);

function noteAt(document: Document, { at, ground, because }: Ground): void {
  const note = ` ${ground}${because ? `: ${because}` : ''}`;
  const steps = at.split('.');
  const node = nodeAt(document.contents, steps);
  if (!node) return;
  if (isMap(node) && !node.flow) {
    const parent = nodeAt(document.contents, steps.slice(0, -1));
    const key = isMap(parent) ? keyOf(parent, steps.at(-1) ?? '') : null;
    if (key) key.commentBefore = note;
  } else node.comment = note;
}

function nodeAt(root: unknown, steps: readonly string[]): Node | null {
  let node: unknown = root;
  for (const step of steps) {
    if (!isMap(node)) return null;
    node = node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === step)?.value;
  }
  return isNode(node) ? node : null;
}

const keyOf = (map: YAMLMap, name: string): Node | null => {
  const key = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === name)?.key;
  return isNode(key) ? key : null;
};

/** A blank line before each object and each large part. */
function spaceOut(document: Document): void {
  const root = document.contents;
  if (!isMap(root)) return;
  for (const part of ['base_url', 'variables', 'objects', 'origin', 'grounds']) {
    const key = keyOf(root, part);
    if (key) key.spaceBefore = true;
  }
  const objects = nodeAt(root, ['objects']);
  if (!isMap(objects)) return;
  for (const pair of objects.items.slice(1)) if (isNode(pair.key)) pair.key.spaceBefore = true;
}
