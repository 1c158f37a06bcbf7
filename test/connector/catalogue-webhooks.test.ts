import { expect, it } from 'vitest';
import { createWebhookReceiver } from '../../src/connector/webhooks/receiver.ts';
import { catalogue, findConnector } from '../../src/integration/files.ts';
import { variablesOf } from '../../src/integration/load-systems.ts';

const withWebhooks = catalogue().flatMap((name) => {
  const found = findConnector(name, 'integration.yaml');
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  const { webhooks, objects } = found.value.definition;
  return webhooks ? [{ name, webhooks, objects, definition: found.value.definition }] : [];
});

it.each(withWebhooks)(
  '$name takes no delivery without a signature, and knows the objects of its events',
  (connector) => {
    const variables = Object.fromEntries([...variablesOf(connector.definition)].map((name) => [name, 'c2VjcmV0']));
    const receiver = createWebhookReceiver(connector.webhooks, variables);
    if (!receiver.ok) throw new Error(receiver.error.summary);
    const delivery = { method: 'POST', url: 'https://x.example/', headers: {}, body: Buffer.from('{}'), now: 0 };
    expect(receiver.value.receive(delivery)).toMatchObject({ kind: 'refused', answer: { status: 401 } });
    const unknown = Object.values(connector.webhooks.types).filter(({ object }) => !(object in connector.objects));
    expect(unknown).toEqual([]);
  },
);
