import type { LoadedIntegration } from '../../integration/loaded.ts';
import { otherSide, type Side } from '../../record/side.ts';
import { counted, declared, fromFileOr, mappedObjects, ofEachSystem, open, someOf } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import { askDelivery } from '../webhooks/delivery.ts';
import { missingEvents, webhooksText } from '../webhooks/events.ts';
import { listRegistrations } from '../webhooks/registered.ts';

export const webhooks: Question = {
  id: 'webhooks',
  text: 'Are webhooks available? Registered by API or by hand? Several of them? Are the needed events there?',
  why: 'Without them, a change is seen at the next scheduled run, not when it happens.',
  german: {
    text: 'Gibt es Webhooks? Werden sie über die API oder von Hand eingerichtet? Mehrere? Gibt es die nötigen Ereignisse?',
    why: 'Ohne sie wird eine Änderung erst beim nächsten geplanten Lauf gesehen, nicht wenn sie geschieht.',
  },
  theme: 'operation',
  ask: 'engineer',
  blocks: 'nothing',
  restsOn: 'mappings',
  answers: (integration) =>
    fromFileOr(integration, 'webhooks', () =>
      ofEachSystem(integration, (side, { name, connector }) =>
        connector.webhooks
          ? declared(side, webhooksText(integration, side, connector.webhooks))
          : open(
              side,
              'the connector declares none',
              `Declare them in the connector, or say under answers: { webhooks: { ${name}: n/a: … } }`,
            ),
      ),
    ),
  probes: [
    { id: 'events', ask: askEvents },
    { id: 'registered', ask: askRegistered },
    { id: 'delivery', writes: true, applies: canBeDelivered, ask: askDelivery },
  ],
};

/** Whether an event tells of each change that the mappings follow. */
async function askEvents({ integration }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the events that the connector names, and those that the mappings follow';
  const definition = integration[side].connector.webhooks;
  if (!definition) {
    const { text, own } = textOf(integration, side);
    const found = 'The connector declares none, so none are received';
    const saysNone = /^\s*(no|none|kein|keine)\b/i.test(text);
    // A text about both systems may mean the other one.
    const meansOther = !own && integration[otherSide(side)].connector.webhooks !== undefined;
    if (saysNone || meansOther) return { verdict: 'unknown', asked, facts: {}, found };
    const next = 'Declare webhooks in the connector, or say that there are none';
    return { verdict: 'contradicts', asked, facts: {}, found, next };
  }
  const missing = missingEvents(integration, side, definition);
  const facts = { types: Object.keys(definition.types).length, missing: missing.length };
  if (missing.length > 0) {
    const next = 'Add them to webhooks.types of the connector; until then, these changes are seen at the next run';
    return { verdict: 'contradicts', asked, facts, found: `No event tells of ${someOf(missing)}`, next };
  }
  return { verdict: 'holds', asked, facts, found: `An event for each change, of ${counted(facts.types, 'type')}` };
}

/** What the file says in words; `own`: of this system by itself. */
function textOf({ answers, a, b }: LoadedIntegration, side: Side): { text: string; own: boolean } {
  const given: unknown = answers.webhooks;
  const { name } = side === 'a' ? a : b;
  const own = typeof given === 'object' && given !== null;
  const text: unknown = own ? Object.entries(given).find(([key]) => key === name)?.[1] : given;
  return { text: typeof text === 'string' ? text : '', own };
}

/** Which registrations there are: more than one to the same address tells everything twice. */
async function askRegistered({ integration, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the registrations that the system has';
  const how = integration[side].connector.webhooks?.register;
  if (!how) {
    const next = 'Register them in the system by hand, with the address and the secret';
    return { verdict: 'unknown', asked, facts: {}, found: 'The connector knows no way to register by API', next };
  }
  const listed = await listRegistrations(connections[side], how);
  if (!listed.ok) {
    const passing = ['passing', 'network'].includes(failureKind(listed.error));
    const next = listed.error.next ?? 'Check webhooks.register of the connector, and the rights of the credentials';
    const facts = { failure: listed.error.code };
    return { verdict: passing ? 'unknown' : 'contradicts', asked, facts, found: toldBy(listed.error), next };
  }
  if (listed.value === null) {
    return { verdict: 'unknown', asked, facts: {}, found: 'The connector does not say how they are listed' };
  }
  const addresses = listed.value.map(({ url }) => url);
  const doubled = addresses.filter((url, at) => addresses.indexOf(url) < at).length;
  const facts = { registrations: addresses.length, doubled };
  if (doubled > 0) {
    const found = `${counted(doubled, 'registration')} to an address that has one already`;
    return { verdict: 'contradicts', asked, facts, found, next: 'End those that are too many in the system' };
  }
  return { verdict: 'holds', asked, facts, found: `${counted(addresses.length, 'registration')}` };
}

/** A record can be made whose creation an event tells of, and the registration for it can be ended. */
function canBeDelivered(integration: LoadedIntegration, side: Side): boolean {
  const { connector } = integration[side];
  const created = Object.values(connector.webhooks?.types ?? {}).filter(({ action }) => action === 'created');
  return (
    connector.webhooks?.register?.remove !== undefined &&
    mappedObjects(integration, side).some(
      ({ name, definition }) => definition.create && created.some(({ object }) => object === name),
    )
  );
}
