import { same } from './reimport.ts';
import { isTree, type Tree, treeAt } from './tree.ts';

/** A difference between what the description said at the last import and what it says now. */
export interface ApiChange {
  /** What worked with the old API may not work with the new one. */
  breaking: boolean;
  at: string;
  what: string;
}

const OPERATIONS = ['list', 'get', 'create', 'update', 'delete'] as const;

/** What has changed in the API between two imports of the same objects, breaking changes first. */
export function apiChanges(before: Tree, now: Tree): ApiChange[] {
  const changes: ApiChange[] = [];
  const note = (breaking: boolean, at: string, what: string) => changes.push({ breaking, at, what });
  for (const key of ['base_url', 'auth', 'headers', 'query'] as const) {
    if (!same(before[key], now[key])) note(true, key, `${key} has changed`);
  }
  if (!same(defaultUrl(before), defaultUrl(now)))
    note(true, 'variables.base_url', 'the address of the API has changed');
  const was = treeAt(before, 'objects');
  const is = treeAt(now, 'objects');
  for (const name of Object.keys(was)) {
    if (!Object.hasOwn(is, name)) note(true, `objects.${name}`, `${name} is no longer described`);
    else objectChanges(`objects.${name}`, treeAt(was, name), treeAt(is, name), note);
  }
  for (const name of Object.keys(is)) if (!Object.hasOwn(was, name)) note(false, `objects.${name}`, `${name} is new`);
  return [...changes.filter((one) => one.breaking), ...changes.filter((one) => !one.breaking)];
}

const defaultUrl = (draft: Tree): unknown => treeAt(treeAt(draft, 'variables'), 'base_url').default;

type Note = (breaking: boolean, at: string, what: string) => void;

function objectChanges(at: string, was: Tree, is: Tree, note: Note): void {
  for (const operation of OPERATIONS) {
    const before = was[operation];
    const now = is[operation];
    if (isTree(before) && !isTree(now)) note(true, `${at}.${operation}`, `${operation} is no longer described`);
    else if (!isTree(before) && isTree(now)) note(false, `${at}.${operation}`, `${operation} is new`);
    else if (isTree(before) && isTree(now)) operationChanges(`${at}.${operation}`, before, now, note);
  }
  if (!same(was.id, is.id)) note(true, `${at}.id`, 'the id has changed');
  if (!same(was.parent, is.parent)) note(true, `${at}.parent`, 'what it stands under has changed');
  if (!same(was.modified, is.modified)) {
    note(
      is.modified === undefined,
      `${at}.modified`,
      is.modified === undefined ? 'the modification stamp is gone' : 'there is another modification stamp',
    );
  }
  fieldsChanges(`${at}.fields`, treeAt(was, 'fields'), treeAt(is, 'fields'), note);
}

function operationChanges(at: string, was: Tree, is: Tree, note: Note): void {
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (same(was[key], is[key])) continue;
    if (was[key] === undefined) {
      const demands = key === 'query' || key === 'wrap';
      note(demands, `${at}.${key}`, demands ? `${key} is demanded now` : `${key} is new`);
    } else if (is[key] === undefined) note(key !== 'idempotency', `${at}.${key}`, `${key} is gone`);
    else note(true, `${at}.${key}`, `${key} is another`);
  }
}

function fieldsChanges(at: string, was: Tree, is: Tree, note: Note): void {
  for (const name of Object.keys(was)) {
    if (!Object.hasOwn(is, name)) note(true, `${at}.${name}`, 'the field is no longer described');
    else fieldChanges(`${at}.${name}`, treeAt(was, name), treeAt(is, name), note);
  }
  for (const name of Object.keys(is)) {
    if (Object.hasOwn(was, name)) continue;
    const required = treeAt(is, name).required === true;
    note(required, `${at}.${name}`, required ? 'a new field that is required' : 'a new field');
  }
}

function fieldChanges(at: string, was: Tree, is: Tree, note: Note): void {
  for (const key of ['type', 'path', 'reference', 'time', 'number']) {
    if (!same(was[key], is[key])) note(true, `${at}.${key}`, `${key} was ${shown(was[key])}, is ${shown(is[key])}`);
  }
  for (const key of ['required', 'read_only', 'write_only']) {
    if (was[key] !== true && is[key] === true) note(true, at, `is ${key.replace('_', '-')} now`);
    if (was[key] === true && is[key] !== true) note(false, at, `is no longer ${key.replace('_', '-')}`);
  }
  limitChange(at, 'max_length', was, is, (before, now) => now < before, note);
  limitChange(at, 'maximum', was, is, (before, now) => now < before, note);
  limitChange(at, 'minimum', was, is, (before, now) => now > before, note);
  const before = optionValues(was);
  const now = optionValues(is);
  const gone = before.filter((value) => !now.includes(value));
  const added = now.filter((value) => !before.includes(value));
  if (gone.length > 0 && now.length > 0)
    note(true, `${at}.options`, `options are gone: ${gone.slice(0, 10).join(', ')}`);
  if (added.length > 0 && before.length > 0)
    note(false, `${at}.options`, `new options: ${added.slice(0, 10).join(', ')}`);
}

function limitChange(
  at: string,
  key: string,
  was: Tree,
  is: Tree,
  tighter: (before: number, now: number) => boolean,
  note: Note,
): void {
  const before = was[key];
  const now = is[key];
  if (same(before, now)) return;
  const narrows = typeof now === 'number' && (typeof before !== 'number' || tighter(before, now));
  note(narrows, `${at}.${key}`, `${key} was ${shown(before)}, is ${shown(now)}`);
}

const optionValues = (field: Tree): string[] =>
  Array.isArray(field.options) ? field.options.flatMap((option) => (isTree(option) ? [String(option.value)] : [])) : [];

const shown = (value: unknown): string =>
  value === undefined ? 'not said' : typeof value === 'object' ? JSON.stringify(value) : String(value);
