import type { ConnectorDefinition, ListDefinition, ObjectDefinition } from '../../connector/definition.ts';
import { fillDeep, type Variables } from '../../connector/template.ts';
import { ok, type Result } from '../../record/diagnostic.ts';

/** The definition of an object as its connection uses it: `{object}` and variables filled in, paths with a slash. */
export function readyObject(name: string, declared: ObjectDefinition, variables: Variables): Result<ObjectDefinition> {
  const { list, get, create, update, upsert, delete: remove, archive, batch, custom_fields: custom } = declared;
  const requests = {
    ...(list && { list: namedList(name, list) }),
    ...(get && { get: named(name, get) }),
    ...(create && { create: named(name, create) }),
    ...(update && { update: named(name, update) }),
    ...(upsert && { upsert: named(name, upsert) }),
    ...(remove && { delete: named(name, remove) }),
    ...(archive && { archive: named(name, archive) }),
    ...(custom && { custom_fields: custom.from ? { ...custom, from: named(name, custom.from) } : custom }),
    batch: {
      ...(batch.create && { create: named(name, batch.create) }),
      ...(batch.update && { update: named(name, batch.update) }),
      ...(batch.archive && { archive: named(name, batch.archive) }),
    },
  };
  const filled = fillDeep(requests, variables);
  if (!filled.ok) return filled;
  const { list: filledList, ...others } = filled.value;
  return ok({ ...declared, ...others, ...(filledList && { list: withoutEmpty(list, filledList) }) });
}

/** A parameter or header whose variables are empty is not sent. */
function withoutEmpty(declared: ListDefinition | undefined, list: ListDefinition): ListDefinition {
  const said = (texts: Readonly<Record<string, string>>, templates: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(texts).filter(([name, text]) => text !== '' || templates[name] === ''));
  return {
    ...list,
    query: said(list.query, declared?.query),
    ...(list.headers && { headers: said(list.headers, declared?.headers) }),
  };
}

/** Likewise the lists of options. */
export function readyOptionLists(
  declared: ConnectorDefinition['option_lists'],
  variables: Variables,
): Result<ConnectorDefinition['option_lists']> {
  const lists = Object.entries(declared).map(([name, list]) => [name, { ...list, path: withSlash(list.path) }]);
  return fillDeep(Object.fromEntries(lists), variables);
}

function named<T extends { path: string }>(name: string, part: T): T {
  return { ...part, path: withSlash(part.path.replaceAll('{object}', encodeURIComponent(name))) };
}

function namedList(name: string, list: ListDefinition): ListDefinition {
  const { ids, search, ...rest } = named(name, list);
  return { ...rest, ...(ids && { ids: namedPart(name, ids) }), ...(search && { search: namedPart(name, search) }) };
}

function namedPart<T extends { path?: string | undefined }>(name: string, part: T): T {
  return part.path === undefined ? part : { ...part, path: named(name, { path: part.path }).path };
}

const withSlash = (path: string) => (path === '' || /^[/?]/.test(path) ? path : `/${path}`);
