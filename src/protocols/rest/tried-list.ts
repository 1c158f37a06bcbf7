import type { ListDefinition } from '../../connector/definition.ts';
import type { ListTrial } from '../../connector/port.ts';
import { searchOf } from './lookup.ts';
import type { RestObject } from './rest-object.ts';

/** The list and the query of a read that tries something: what the list declares no way to ask for is left out. */
export function triedList(
  object: RestObject,
  declared: ListDefinition,
  { pageSize, sort, equals }: ListTrial,
): { list: ListDefinition; query: Record<string, unknown> } {
  const search = equals ? searchOf(object, declared, equals.field, equals.wire) : null;
  const list = withPages(search?.list ?? declared, pageSize);
  const by = sort === 'descending' ? list.sort?.descending : list.sort?.by_modified;
  const sorted = list.sort && sort && by !== undefined ? { [list.sort.param]: by } : {};
  return { list, query: { ...search?.query, ...sorted } };
}

function withPages(list: ListDefinition, size: number | undefined): ListDefinition {
  const { pagination } = list;
  if (size === undefined || pagination.style === 'none' || pagination.size_param === undefined) return list;
  return { ...list, pagination: { ...pagination, size: Math.min(size, pagination.size) } };
}
