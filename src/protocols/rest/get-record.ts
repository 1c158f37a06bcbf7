import type { GetOutcome } from '../../connector/port.ts';
import { compilePath } from '../../connector/template.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { problem } from '../../record/diagnostic.ts';
import { PARSERS } from './formats.ts';
import type { RestObject } from './rest-object.ts';
import type { Call, Sender } from './sender.ts';

/** A direct read of one record. */
export async function getRecord(sender: Sender, object: RestObject, id: string): Promise<GetOutcome> {
  const { get } = object.definition;
  if (!get) return { kind: 'unknown', diagnostic: notOffered('a direct read') };
  const names = object.names(id);
  const path = names.ok ? compilePath(get.path)(names.value) : names;
  if (!path.ok) return { kind: 'unknown', diagnostic: path.error };
  const sent = await sender.send({
    kind: 'reads',
    method: 'GET',
    path: path.value,
    repeatable: true,
    ...asXml(object),
  });
  if (!sent.ok) {
    const gone = sent.action === 'missing' || sent.action === 'empty';
    return gone ? { kind: 'gone' } : { kind: 'unknown', diagnostic: sent.diagnostic };
  }
  const wire = wireReader(get.record)(sent.data);
  if (wire === null && get.missing === 'null') return { kind: 'gone' };
  const record = object.view(wire, object.ids.split(id)?.parentId);
  if (record?.id === id) return { kind: 'present', record };
  return { kind: 'unknown', diagnostic: unreadable() };
}

/** What answers about single records are read with, where they are no JSON. */
export function asXml({ definition: { list } }: RestObject): Pick<Call, 'parse'> {
  return list?.format === 'xml' ? { parse: PARSERS.xml } : {};
}

export const notOffered = (what: string) => problem('not-offered', `The connector declares no way to do ${what}`);

export const unreadable = () =>
  problem('record-unreadable', 'The answer does not hold the record that was asked for', {
    next: 'Check get and id of this object in the connector',
  });
