import type { RunEvent } from '../../src/engine/mapping-run.ts';
import type { Action } from '../../src/planning/plan-item.ts';
import { otherSide, type Side } from '../../src/record/side.ts';
import type { SystemRequest, SystemResponse } from '../../src/testing/network.ts';
import { isShared, MAPPING_NAMES, MAPPINGS, type MappingName, ownerOf, parentsOf, placeOn, wholeOf } from './fields.ts';
import type { Raw } from './views.ts';

/** What is done to one record, or was to be done. */
export interface Deed {
  mapping: MappingName;
  side: Side;
  /** `rewrite`: of what stands within a record: it is written where its whole is. */
  kind: 'create' | 'update' | 'delete' | 'archive' | 'rewrite';
  /** Of the record; of a create, the source's; of a rewrite, that of the whole. */
  id: string;
  /** Of an update, by their names on that side: those that were to change. */
  fields: string[];
  /** Whether the system did it. */
  done: boolean;
  /** A rewrite that takes something out. */
  removes?: boolean;
}

/** Names a deed, whatever its fields. A record goes for all mappings of its object, whichever of them it belongs to by then. */
export const nameOf = ({ mapping, side, kind, id }: Deed): string => {
  const isRemoval = kind === 'delete' || kind === 'archive';
  return `${isRemoval ? MAPPINGS[mapping].objects[side] : mapping} ${side} ${kind} ${id}`;
};

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
      const place = placeOn(mapping, side);
      if (place) return rewrites(mapping, side, place.wholeField, action);
      const id = (action.kind === 'create' ? ids[otherSide(side)] : action.id) ?? '';
      const fields = action.changes.map((change) => change.field);
      return [{ mapping, side, kind: action.kind, id, fields, done: false }];
    });
    return deeds.length === 0 ? [] : [{ mapping, ids, deeds }];
  });
}

/** In the place of the id of a whole that the same plan creates. */
export const NEW_WHOLE = 'new';

/** The wholes in which something is to be written for one part or line. */
function rewrites(mapping: MappingName, side: Side, wholeField: string, { kind, id, changes }: Action): Deed[] {
  const moved = changes.find((change) => change.field === wholeField)?.value;
  const to = typeof moved === 'string' ? (moved.startsWith('new:') ? NEW_WHOLE : moved) : null;
  const wholes = [id === null ? null : wholeOf(id), to].flatMap((one) => one ?? []);
  return [...new Set(wholes)].map((whole) => ({
    mapping,
    side,
    kind: 'rewrite',
    id: whole,
    fields: [],
    done: false,
    removes: kind === 'delete' || kind === 'archive',
  }));
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

/** The deeds that one request asks for, by any mapping of the world; `before`: the record as it was. */
export function deedsAsked(
  mappings: readonly MappingName[],
  side: Side,
  request: SystemRequest,
  response: SystemResponse | null,
  before: (mapping: MappingName, id: string) => Raw | undefined,
): Deed[] {
  const [object, place, more] = request.path.replace('/api', '').split('?')[0]?.split('/').slice(1) ?? [];
  const owner = ownerOf(mappings, object ?? '', ownedBy(mappings, place, request, before));
  const asked = mappings.filter(
    (name) => MAPPINGS[name].objects[side] === object && (owner === null || owner === name || placeOn(name, side)),
  );
  return asked.flatMap((mapping) => {
    const isWithin = placeOn(mapping, side) !== undefined;
    const names = isWithin ? namesWithin(mapping, side) : MAPPINGS[mapping].fields.map((field) => field[side]);
    // What stands within is looked at in its whole.
    const holder = isWithin ? (parentsOf(mapping) ?? mapping) : mapping;
    const held = (id: string) => before(holder, id);
    const deeds = deedsOf({ mapping, side, names, request, response, place, more, held });
    if (isWithin) return deeds.flatMap((deed) => (deed.fields.length > 0 ? [{ ...deed, ...REWRITE }] : []));
    // A write of a record that holds others may be for those.
    return isShared(mappings, mapping, side)
      ? deeds.filter((one) => one.kind !== 'update' || one.fields.length > 0)
      : deeds;
  });
}

/** The record that a request is about, as it was; of a new one, as it is to be. */
const ownedBy = (
  mappings: readonly MappingName[],
  place: string | undefined,
  { method, body }: SystemRequest,
  before: (mapping: MappingName, id: string) => Raw | undefined,
): Body | undefined =>
  method === 'POST' || !mappings.includes('persons') ? bodyOf(body) : before('companies', place ?? '');

const REWRITE = { kind: 'rewrite', fields: [] as string[] } as const;

/** The fields of the wholes in which the records of a mapping stand. */
function namesWithin(mapping: MappingName, side: Side): string[] {
  const place = placeOn(mapping, side);
  return place?.kind === 'part' ? Object.values(place.wire) : place ? [place.path] : [];
}

interface Asked {
  mapping: MappingName;
  side: Side;
  names: readonly string[];
  request: SystemRequest;
  response: SystemResponse | null;
  place: string | undefined;
  more: string | undefined;
  held: (id: string) => Raw | undefined;
}

function deedsOf({ mapping, side, names, request, response, place, more, held }: Asked): Deed[] {
  const body = bodyOf(request.body);
  const isBatch = place === 'batch';
  const asked = isBatch ? list(body.items) : [body];
  const results = isBatch ? list(bodyOf(response?.body ?? '').results) : [];
  return asked.map((values, index) => {
    const status = Number(isBatch ? results[index]?.status : response?.status);
    const kind = kindOf(side, request.method, more);
    const id = kind === 'create' ? sourceOf(values) : String(isBatch ? values.id : place);
    const fields = kind === 'update' ? changesIn(names, side, values, held(id)) : [];
    return { mapping, side, kind, id, fields, done: status >= 200 && status < 300 };
  });
}

function kindOf(side: Side, method: string, more: string | undefined): Deed['kind'] {
  if (method === 'DELETE') return side === 'a' ? 'archive' : 'delete';
  if (more === 'archive') return 'archive';
  return method === 'POST' ? 'create' : 'update';
}

/** Dovetail leaves the id of the source in its link field. */
const sourceOf = ({ external_id }: Body): string => String(external_id).split(':')[1] ?? '';

/** The fields among `all` that a body would change: those that it names, or of a whole record those that are not as they were. */
function changesIn(all: readonly string[], side: Side, values: Body, before: Raw | undefined): string[] {
  const names = all.filter((name) => name in values);
  if (side === 'a') return names;
  return names.filter((name) => JSON.stringify(values[name]) !== JSON.stringify(before?.[name]));
}
