import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readYaml } from '../connector/yaml-document.ts';
import type { ApiChange } from '../importers/openapi/api-changes.ts';
import { connectorText } from '../importers/openapi/connector-file.ts';
import { updateConnector } from '../importers/openapi/connector-update.ts';
import type { ConnectorDraft } from '../importers/openapi/import-openapi.ts';
import type { Merged } from '../importers/openapi/reimport.ts';
import { isTree, type Tree, treeAt } from '../importers/openapi/tree.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';

export interface WrittenConnector {
  /** As it was given. */
  file: string;
  outcome: 'created' | 'updated' | 'unchanged';
  /** Since the last import; breaking changes first. */
  changes: ApiChange[];
  /** Paths that stay as a person wrote them; `both` where the API too has changed there. */
  kept: { at: string; outcome: Merged['outcome'] }[];
}

const HEAD = [
  'Imported from an OpenAPI document. What is marked as inferred or assumed is a guess: check it, correct it here, and',
  'say "by hand" under grounds; the next import keeps what you changed.',
];

/** What was imported last stands beside the connector, so that the next import can tell a person's edits from the API's. */
const besideOf = (file: string): string => `${file.replace(/\.ya?ml$/, '')}.imported.json`;

/** Names of the objects of a connector file; none where there is no such file. */
export function importedObjects(file: string): string[] {
  const mine = existsSync(file) ? readYaml(readFileSync(file, 'utf8'), file) : null;
  const data = mine?.ok && isTree(mine.value.data) ? mine.value.data : null;
  return data
    ? [...new Set([...Object.keys(treeAt(data, 'objects')), ...Object.keys(treeAt(lastImport(file) ?? {}, 'objects'))])]
    : [];
}

/** Writes a connector, or brings one that is there up to date. */
export function writeConnector(
  file: string,
  shown: string,
  made: ConnectorDraft,
): Result<WrittenConnector, Diagnostic[]> {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const last = lastImport(file);
  try {
    if (before === null) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, connectorText(made.draft, made.grounds, HEAD));
      writeFileSync(besideOf(file), imported(made));
      return ok({ file: shown, outcome: 'created', changes: [], kept: [] });
    }
    const updated = updateConnector(before, file, last, made);
    if (!updated.ok) return updated;
    const { text, changes, kept } = updated.value;
    if (text !== before) writeFileSync(file, text);
    writeFileSync(besideOf(file), imported(made));
    const places = kept.map(({ at, outcome }) => ({ at, outcome }));
    return ok({ file: shown, outcome: text === before ? 'unchanged' : 'updated', changes, kept: places });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return fail([problem('file-unwritable', "The file can't be written", { detail: `${code}.`, where: { file } })]);
  }
}

const imported = ({ draft }: ConnectorDraft): string => `${JSON.stringify({ ...draft, grounds: [] })}\n`;

function lastImport(file: string): Tree | null {
  const beside = besideOf(file);
  if (!existsSync(beside)) return null;
  try {
    const data: unknown = JSON.parse(readFileSync(beside, 'utf8'));
    return isTree(data) ? data : null;
  } catch {
    return null;
  }
}
