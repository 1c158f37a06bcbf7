import type { RunEvent } from '../../src/engine/mapping-run.ts';
import { otherSide, type Side } from '../../src/record/side.ts';
import type { SystemRequest, SystemResponse } from '../../src/testing/network.ts';
import { MAPPING_NAMES, MAPPINGS, type MappingName } from './fields.ts';
import type { Raw } from './people.ts';

/** What is done to one record, or was to be done. */
export interface Deed {
  mapping: MappingName;
  side: Side;
  kind: 'create' | 'update' | 'delete' | 'archive';
  /** Of the record; of a create, the source's. */
  id: string;
  /** Of an update, by their names on that side: those that were to change. */
  fields: string[];
  /** Whether the system did it. */
  done: boolean;
}

/** Names a deed, whatever its fields. */
export const nameOf = ({ mapping, side, kind, id }: Deed): string => `${mapping} ${side} ${kind} ${id}`;

/** What a plan wants with two records, or with one and the other that is to be made of it. */
export interface PlannedPair {
  mapping: MappingName;
  ids: Record<Side, string | null>;
  deeds: Deed[];
}

export function planned(events: readonly RunEvent[]): PlannedPair[] {
  return events.flatMap((event): PlannedPair[] => {
    const mapping = MAPPING_NAMES.find((name) => name === event.mapping);
    if (event.type !== 'item' || !mapping) return [];
    const { a, b, actions } = event.item;
    const ids = { a, b };
    const deeds = (['a', 'b'] as const).flatMap((side): Deed[] => {
      const action = actions[side];
      if (!action) return [];
      const id = (action.kind === 'create' ? ids[otherSide(side)] : action.id) ?? '';
      const fields = action.changes.map((change) => change.field);
      return [{ mapping, side, kind: action.kind, id, fields, done: false }];
    });
    return deeds.length === 0 ? [] : [{ mapping, ids, deeds }];
  });
}

type Body = { readonly [name: string]: unknown };
const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);
const bodyOf = (text: string): Body => {
  try {
    const body: unknown = JSON.parse(text);
    return isBody(body) ? body : {};
  } catch {
    return {};
  }
};
const list = (value: unknown): Body[] => (Array.isArray(value) ? value.filter(isBody) : []);

/** The deeds that one request asks for; `before`: the record as it was. */
export function deedsAsked(
  side: Side,
  request: SystemRequest,
  response: SystemResponse | null,
  before: (mapping: MappingName, id: string) => Raw | undefined,
): Deed[] {
  const [object, place, more] = request.path.replace('/api', '').split('?')[0]?.split('/').slice(1) ?? [];
  const mapping = MAPPING_NAMES.find((name) => MAPPINGS[name].objects[side] === object);
  if (!mapping) return [];
  const body = bodyOf(request.body);
  const isBatch = place === 'batch';
  const asked = isBatch ? list(body.items) : [body];
  const results = isBatch ? list(bodyOf(response?.body ?? '').results) : [];
  return asked.map((values, index) => {
    const status = Number(isBatch ? results[index]?.status : response?.status);
    const kind = kindOf(side, request.method, more);
    const id = kind === 'create' ? sourceOf(values) : String(isBatch ? values.id : place);
    const fields = kind === 'update' ? changesIn(mapping, side, values, before(mapping, id)) : [];
    return { mapping, side, kind, id, fields, done: status >= 200 && status < 300 };
  });
}

function kindOf(side: Side, method: string, more: string | undefined): Deed['kind'] {
  if (method === 'DELETE') return side === 'a' ? 'archive' : 'delete';
  if (more === 'archive') return 'archive';
  return method === 'POST' ? 'create' : 'update';
}

/** Dovetail leaves the id of the source in its link field. */
const sourceOf = ({ external_id }: Body): string => String(external_id).split(':').slice(1).join(':');

/** The mapped fields that a body would change: all that it names, or of a whole record those that are not as they were. */
function changesIn(mapping: MappingName, side: Side, values: Body, before: Raw | undefined): string[] {
  const names = MAPPINGS[mapping].fields.map((field) => field[side]).filter((name) => name in values);
  if (side === 'a') return names;
  return names.filter((name) => JSON.stringify(values[name]) !== JSON.stringify(before?.[name]));
}
