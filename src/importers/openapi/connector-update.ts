import { type Document, isAlias, parseDocument } from 'yaml';
import { connectorSchema, type Ground } from '../../connector/definition.ts';
import { loadConnector } from '../../connector/load.ts';
import { readYaml } from '../../connector/yaml-document.ts';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import { type ApiChange, apiChanges } from './api-changes.ts';
import { annotate, WRITTEN } from './connector-file.ts';
import type { ConnectorDraft } from './import-openapi.ts';
import { type Merged, mergeImports, same } from './reimport.ts';
import { isTree, listAt, type Tree } from './tree.ts';

export interface UpdatedFile {
  text: string;
  /** What the API changed, breaking first; against the file itself where the last import is not known. */
  changes: ApiChange[];
  /** What stays as a person (or `learn`) wrote it, though the import says otherwise. */
  kept: Merged[];
  taken: Merged[];
}

/**
 * Imports into a file that is there already: `before` is what was imported last (null where that is not known). The
 * comments and the order of the file stay.
 */
export function updateConnector(
  text: string,
  file: string,
  before: Tree | null,
  now: ConnectorDraft,
): Result<UpdatedFile, Diagnostic[]> {
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const mine = read.value.data;
  if (!isTree(mine)) return fail([]);
  const { steps } = mergeImports(before, mine, now.draft);
  const kept = steps.filter((step) => step.outcome !== 'taken');
  const taken = steps.filter((step) => step.outcome === 'taken');
  const grounds = mergedGrounds(now.grounds, listAt(mine, 'grounds'), kept);
  const changes = apiChanges(before ?? mine, now.draft);
  if (taken.length === 0 && same(mine.origin, now.draft.origin) && same(mine.grounds, grounds)) {
    return ok({ text, changes, kept, taken });
  }
  const document = parseDocument(text);
  for (const step of taken) put(document, step.at.split('.'), step.after);
  put(document, ['origin'], now.draft.origin);
  put(document, ['grounds'], grounds);
  annotate(
    document,
    grounds,
    taken.map((step) => step.at),
  );
  const updated = document.toString(WRITTEN);
  const loaded = loadConnector(updated, file);
  return loaded.ok ? ok({ text: updated, changes, kept, taken }) : loaded;
}

/** Sets or removes what stands at a path; an alias on the way becomes a copy of what it stands for. */
function put(document: Document, path: readonly string[], value: unknown): void {
  for (let length = 1; length < path.length; length++) {
    const node = document.getIn(path.slice(0, length), true);
    if (isAlias(node))
      document.setIn(path.slice(0, length), document.createNode(node.resolve(document)?.toJS(document)));
  }
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, document.createNode(value));
}

/** The grounds of this import; what a person or `learn` said stands above them. */
function mergedGrounds(now: readonly Ground[], mine: readonly unknown[], kept: readonly Merged[]): Ground[] {
  const parsed = connectorSchema.shape.grounds.safeParse(mine);
  const said = (parsed.success ? parsed.data : []).filter(({ ground }) => ground === 'by hand' || ground === 'learnt');
  const learnt = said.filter(({ ground }) => ground === 'learnt').map(({ at }) => at);
  const byHand = new Set([
    ...said.filter(({ ground }) => ground === 'by hand').map(({ at }) => at),
    ...kept
      .map((step) => partOf(step.at))
      .filter(
        (at) => !learnt.some((known) => at === known || at.startsWith(`${known}.`) || known.startsWith(`${at}.`)),
      ),
  ]);
  const above = new Set([...learnt, ...byHand]);
  const reason = new Map(said.map((one) => [one.at, one]));
  const rest = now.filter(({ at }) => !above.has(at));
  const hand = [...byHand].map((at): Ground => reason.get(at) ?? { at, ground: 'by hand' });
  return [...rest, ...hand, ...said.filter(({ ground }) => ground === 'learnt')];
}

/** The part of a connector that a ground is about: a field, a part of a list, a part of an object. */
function partOf(at: string): string {
  const steps = at.split('.');
  if (steps[0] !== 'objects') return steps[0] ?? at;
  const deep = ['fields', 'list', 'batch'].includes(steps[2] ?? '') ? 4 : 3;
  return steps.slice(0, deep).join('.');
}
