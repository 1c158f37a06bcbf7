import type { Rights } from '../../connector/rights.ts';
import type { Side } from '../../record/side.ts';
import { counted, fromFile, listed, someOf } from '../answers.ts';
import { toldBy } from '../failure.ts';
import { noSuchId } from '../no-such-id.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import { compareRights, type Needs, needsOf, rightsFindings } from '../rights.ts';

export const leastPrivilege: Question = {
  id: 'least-privilege',
  text: 'If restricted, role-based access is available, it should be agreed upon and configured.',
  why: 'Credentials that may do everything turn a mistake in a mapping into damage anywhere in the system.',
  german: {
    text: 'Gibt es beschränkten, rollenbasierten Zugriff, so sollte er vereinbart und eingerichtet werden.',
    why: 'Zugangsdaten, die alles dürfen, machen aus einem Fehler in der Zuordnung einen Schaden irgendwo im System.',
  },
  theme: 'access',
  ask: 'administrator',
  blocks: 'production',
  restsOn: 'mappings',
  answers: (integration) => fromFile(integration, 'least-privilege'),
  probes: [{ id: 'rights', ask: askRights }],
};

/**
 * What the credentials may do beyond what the mappings need: by what the system tells of them, and by a delete that changes
 * nothing, of an id that does not exist, on objects that need no write.
 */
async function askRights(context: ProbeContext, side: Side): Promise<Observation> {
  const { name, connector } = context.integration[side];
  const asked = 'what the credentials may do, and what the mappings need';
  const needs = needsOf(context.integration, side);
  const told = await context.connections[side].rights();
  if (!told.ok) return { verdict: 'unknown', asked, facts: { failure: told.error.code }, found: toldBy(told.error) };
  const rights: Rights = told.value ?? { toldBy: '', grants: [] };
  const found = compareRights(rights.grants, told.value ? needs : new Map());
  const tried = connector.rights?.try_delete ? await tryDeletes(context, side, needs) : { refused: [], let: [] };
  const findings = rightsFindings(name, found);
  const facts = {
    told: told.value ? rights.toldBy : 'nothing',
    grants: rights.grants.length,
    beyond: found.beyond.length,
    missing: found.missing.length,
    unexplained: found.unexplained.length,
    writesRefused: tried.refused.length,
    writesLet: tried.let.length,
  };
  const observed = { asked, facts, findings };
  const faults = [
    ...(found.beyond.length > 0 ? [`beyond the needed: ${someOf(found.beyond.map((grant) => grant.name))}`] : []),
    ...(found.missing.length > 0 ? [`missing: ${someOf(found.missing)}`] : []),
    ...(tried.let.length > 0 ? [`may delete ${someOf(tried.let)}, where nothing is to be written`] : []),
  ];
  if (faults.length > 0) {
    const next =
      found.beyond.length + tried.let.length > 0
        ? 'Ask for credentials that may do no more than this (`dovetail ticket credentials` writes the mail)'
        : `Grant ${someOf(found.missing)}`;
    return { ...observed, verdict: 'contradicts', found: `Of the rights, ${faults.join('; ')}`, next };
  }
  return { ...observed, ...goodOf(context, side, { rights: told.value, found, refused: tried.refused, needs }) };
}

interface Good {
  rights: Rights | null;
  found: ReturnType<typeof compareRights>;
  refused: readonly string[];
  needs: Needs;
}

function goodOf(
  context: ProbeContext,
  side: Side,
  { rights, found, refused, needs }: Good,
): Pick<Observation, 'verdict' | 'found' | 'next'> {
  if (rights && found.unexplained.length > 0) {
    const names = someOf(found.unexplained.map((grant) => grant.name));
    const next = 'Say under rights.allow of the connector what they allow';
    return { verdict: 'unknown', found: `The connector does not explain ${names}`, next };
  }
  if (rights) {
    const along = found.along.length > 0 ? `; along with them come ${someOf(found.along)}` : '';
    return { verdict: 'holds', found: `${counted(rights.grants.length, 'right')}, all of them needed${along}` };
  }
  const onlyRead = [...needs].flatMap(([object, needed]) => (needed.size === 1 && needed.has('read') ? [object] : []));
  if (refused.length > 0 && onlyRead.length === needs.size && refused.length === onlyRead.length) {
    return { verdict: 'holds', found: `They may only read: a delete is refused for ${listed([...refused])}` };
  }
  const next = `Say under rights of the connector ${context.integration[side].connector.connector} how it is found out`;
  const also = refused.length > 0 ? `; a delete is refused for ${listed([...refused])}` : '';
  return { verdict: 'unknown', found: `The system does not tell what they may do${also}`, next };
}

/** Only where the id is certain not to be there. */
async function tryDeletes(
  { connections }: ProbeContext,
  side: Side,
  needs: Needs,
): Promise<{ refused: string[]; let: string[] }> {
  const found = { refused: [] as string[], let: [] as string[] };
  const connection = connections[side];
  for (const [object, needed] of needs) {
    const can = connection.capabilities(object);
    if (needed.size > 1 || !needed.has('read') || !can.get || !(can.remove || can.archive)) continue;
    const id = noSuchId(connection.connector.objects[object]);
    const [there] = await connection.get(object, [id]);
    if (there?.kind !== 'gone') continue;
    const [outcome] = await connection.remove(object, [{ id, version: null }], !can.remove);
    if (outcome?.kind === 'done') found.let.push(object);
    else if (outcome?.kind === 'failed' && outcome.diagnostic.code === 'forbidden') found.refused.push(object);
  }
  return found;
}
