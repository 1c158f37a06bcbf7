import { connectorOf, type OpenapiImport } from './import-openapi.ts';
import type { Resource } from './resources.ts';
import { abilities } from './resources.ts';

/** One line of the table that a person picks from. */
export interface SurveyRow {
  name: string;
  path: string;
  list: true;
  get: boolean;
  create: boolean;
  update: boolean;
  delete: boolean;
  batch: boolean;
  /** Style of its pages, with what it rests on. */
  pagination: string;
  paginationGround: string;
  /** The parameter that asks for changes; null where everything must be read. */
  since: string | null;
  /** Wire path of the id; null where records have none. */
  id: string | null;
  idGround: string;
  parent: string | null;
}

/** What the document offers, by name. */
export function surveyOf(read: OpenapiImport): SurveyRow[] {
  const all = connectorOf(read, null, '');
  if (!all.ok) return [];
  const grounds = new Map(all.value.grounds.map(({ at, ground }) => [at, ground]));
  return read.resources
    .map((resource) => {
      const definition = all.value.definition.objects[resource.name];
      const at = `objects.${resource.name}`;
      return {
        name: resource.name,
        path: resource.collection.path,
        list: true as const,
        get: resource.get !== null,
        create: resource.create !== null,
        update: resource.update !== null,
        delete: resource.remove !== null,
        batch: definition?.batch.create !== undefined || definition?.batch.update !== undefined,
        pagination: definition?.list?.pagination.style ?? 'none',
        paginationGround: grounds.get(`${at}.list.pagination`) ?? 'assumed',
        since: definition?.list?.since?.param ?? null,
        id: definition?.id.digest ? null : (definition?.id.path ?? null),
        idGround: grounds.get(`${at}.id`) ?? 'assumed',
        parent: resource.parent?.resource.name ?? null,
      };
    })
    .sort((a, b) => order(read.resources, b.name) - order(read.resources, a.name) || (a.name < b.name ? -1 : 1));
}

/** What can be synchronised best comes first: not nested, with the most operations. */
function order(resources: readonly Resource[], name: string): number {
  const resource = resources.find((one) => one.name === name);
  return resource ? abilities(resource) * 2 + (resource.parent ? 0 : 1) : 0;
}
