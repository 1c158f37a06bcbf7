import type { Capabilities } from '../../connector/port.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, listed, mappedObjects, ofEachSystem, someOf } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
import { noSuchId } from '../no-such-id.ts';
import { type Operation, operations } from '../operations.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import type { Sample } from '../sample.ts';

export const endpoints: Question = {
  id: 'endpoints',
  text: 'Which endpoints / functions need to be used?',
  why: 'An operation that is missing, or answers otherwise than thought, is found by the first record that needs it.',
  german: {
    text: 'Welche Endpunkte / Funktionen werden gebraucht?',
    why: 'Ein Aufruf, der fehlt oder anders antwortet als gedacht, fällt erst beim ersten Datensatz auf, der ihn braucht.',
  },
  theme: 'system',
  ask: 'engineer',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    ofEachSystem(integration, (side) => {
      const objects = mappedObjects(integration, side);
      const parts = objects.map((object) => `${object.name}: ${operations(side, object).join(' ')}`);
      return declared(side, parts.join('; '));
    }),
  probes: [
    { id: 'lists', ask: askLists },
    { id: 'direct-reads', ask: askDirectReads },
    { id: 'writes-declared', ask: askWrites },
  ],
};

async function askLists({ integration, samples }: ProbeContext, side: Side): Promise<Observation> {
  const objects = mappedObjects(integration, side);
  const asked = `the list of ${listed(objects.map((object) => object.name))}`;
  const found: Sample[] = [];
  for (const object of objects) found.push(await samples.of(side, object.name));
  const facts = Object.fromEntries(found.map((sample) => [sample.object, sample.records.length]));
  const findings = found.flatMap((sample) => (sample.failure ? [listFailed(sample, sample.failure)] : []));
  const [first] = findings;
  if (first) {
    const passing = found.every(({ failure }) => !failure || failureKind(failure) === 'passing');
    return {
      verdict: passing ? 'unknown' : 'contradicts',
      asked,
      facts: { ...facts, failed: findings.length },
      found: someOf(findings.map(({ summary }) => summary)),
      findings,
      ...(first.next ? { next: first.next } : {}),
    };
  }
  const calls = found.reduce((sum, sample) => sum + sample.reads, 0);
  const records = found.reduce((sum, sample) => sum + sample.records.length, 0);
  return { verdict: 'holds', asked, facts, found: `${counted(records, 'record')} in ${counted(calls, 'call')}` };
}

/** What a status says of a list; elsewhere the same status may be about one record. */
const LIST_STATUS: Record<string, { says: string; next: string }> = {
  400: { says: 'is refused (HTTP 400)', next: 'Compare its path and parameters with the documentation of the system' },
  403: {
    says: 'is there, and this account may not read it (HTTP 403)',
    next: 'Ask for the right: `dovetail ticket credentials`',
  },
  404: { says: 'is not there (HTTP 404)', next: 'Look its path up in the documentation of the system' },
  405: {
    says: 'is there, but not for reading (HTTP 405)',
    next: 'Look its method up in the documentation of the system',
  },
  410: { says: 'was taken away (HTTP 410)', next: 'Look for its successor in the documentation of the system' },
};

function listFailed({ object, definition }: Sample, failure: Diagnostic): Diagnostic {
  const status = /^HTTP (\d{3})/.exec(failure.detail ?? '')?.[1] ?? '';
  const { says, next } = LIST_STATUS[status] ?? {};
  const call = definition.list
    ? ` (${definition.list.method} ${definition.list.path.replaceAll('{object}', object)})`
    : '';
  if (says === undefined || next === undefined) {
    const advice = failure.next ?? `Compare ${object} in the connector with the documentation of the system`;
    return { ...failure, severity: 'error', summary: `${object}: ${toldBy(failure)}`, next: advice };
  }
  return problem('list-refused', `${object}: its list${call} ${says}`, { next });
}

const ASKED_DIRECTLY = 3;

/** A record that is there must be found by its id, and one that never was must be said to be gone. */
async function askDirectReads({ integration, samples, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'records by their ids, and an id that never was';
  const facts: Record<string, string | number> = {};
  for (const object of mappedObjects(integration, side)) {
    const { name, definition } = object;
    if (!connections[side].capabilities(name).get) continue;
    const ids = (await samples.of(side, name)).records.slice(0, ASKED_DIRECTLY).map((record) => record.id);
    const none = noSuchId(definition);
    const present = await connections[side].get(name, ids);
    const [missing] = await connections[side].get(name, [none]);
    const lost = present.filter((outcome) => outcome.kind !== 'present').length;
    facts[`${name} found`] = `${ids.length - lost} of ${ids.length}`;
    facts[`${name} missing id`] = missing?.kind ?? 'unknown';
    if (lost > 0 || missing?.kind === 'present') {
      return {
        verdict: 'contradicts',
        asked,
        facts,
        found:
          lost > 0
            ? `${name}: ${lost} of ${ids.length} listed records are not found by id`
            : `${name}: an id that never was is found`,
        next: `Check get and id of ${name} in the connector`,
      };
    }
  }
  const untold = Object.entries(facts).filter(([key, value]) => key.endsWith('missing id') && value !== 'gone');
  if (untold.length === 0)
    return { verdict: 'holds', asked, facts, found: 'Found what is there, and "gone" for what is not' };
  return {
    verdict: 'unknown',
    asked,
    facts,
    found: 'A missing id is not clearly said to be gone, so deletes may go unproved',
    next: 'Say in the connector how the answer to a missing id looks (get.missing)',
  };
}

const CAN: Record<Operation, (can: Capabilities) => boolean> = {
  list: (can) => can.list,
  get: (can) => can.get,
  create: (can) => can.create,
  update: (can) => can.update,
  delete: (can) => can.remove,
  archive: (can) => can.archive,
};

/** Writes can't be tried without writing; that the connector knows how is all that can be said. */
async function askWrites({ integration, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the connector, whether it declares what the mappings need';
  const missing = mappedObjects(integration, side).flatMap((object) => {
    const can = connections[side].capabilities(object.name);
    return operations(side, object)
      .filter((word) => !CAN[word](can))
      .map((word) => `${word} ${object.name}`);
  });
  const facts = { missing: missing.length };
  if (missing.length === 0) return { verdict: 'holds', asked, facts, found: 'All operations are declared' };
  return {
    verdict: 'contradicts',
    asked,
    facts,
    found: `The connector declares no way to ${listed(missing)}`,
    next: 'Add the operation to the connector, or let the mapping ignore or hold that event',
  };
}
