import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webhooksSchema } from '../definition-webhooks.ts';
import type { Delivery } from './delivery.ts';
import { createWebhookReceiver } from './receiver.ts';
import { registrations } from './registration.ts';

const secretVariable = `$${'{secret}'}`;
const URL_OF_HOOK = 'https://hooks.example/in?a=b';

function receiverOf(definition: Record<string, unknown>, secret: string) {
  const made = createWebhookReceiver(webhooksSchema.parse(definition), { secret, user: 'me' });
  if (!made.ok) throw new Error(made.error.summary);
  return made.value;
}

function delivery(body: string, headers: Record<string, string>, more: Partial<Delivery> = {}): Delivery {
  return { method: 'POST', url: URL_OF_HOOK, headers, body: Buffer.from(body), now: 0, ...more };
}

const signedHex = (text: string) => createHmac('sha256', 's').update(text).digest('hex');

const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const ed25519 = generateKeyPairSync('ed25519');
const publicKey = `whpk_${ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`;

const plain = (header: string, more: Record<string, unknown> = {}) => ({
  scheme: 'hmac',
  secret: secretVariable,
  header,
  ...more,
});

describe('events', () => {
  const none = { signature: { scheme: 'none' } };
  it.each<[string, Record<string, unknown>, string, Record<string, string>, unknown]>([
    [
      'one in the body (Pipedrive)',
      {
        event: { type: '{body.meta.action}.{body.meta.entity}', id: '{body.meta.id}', record: 'meta.entity_id' },
        types: { 'create.deal': { object: 'deals', action: 'created' } },
      },
      '{"meta":{"action":"create","entity":"deal","entity_id":7,"id":"m1"},"data":{}}',
      {},
      [{ type: 'create.deal', object: 'deals', action: 'created', id: '7', dedupe: 'm1' }],
    ],
    [
      'a list that is the body (HubSpot)',
      {
        event: { type: '{body.subscriptionType}', id: '{body.eventId}', record: 'objectId' },
        types: {
          'contact.*': { object: 'contacts', action: 'updated' },
          'contact.creation': { object: 'contacts', action: 'created' },
        },
      },
      '[{"eventId":1,"subscriptionType":"contact.creation","objectId":123},{"eventId":2,"subscriptionType":"contact.propertyChange","objectId":124},{"eventId":3,"subscriptionType":"deal.creation","objectId":1}]',
      {},
      [
        { type: 'contact.creation', object: 'contacts', action: 'created', id: '123', dedupe: '1' },
        { type: 'contact.propertyChange', object: 'contacts', action: 'updated', id: '124', dedupe: '2' },
      ],
    ],
    [
      'a type in a header (Shopify)',
      {
        event: { type: '{header.X-Shopify-Topic}', id: '{header.x-shopify-event-id}', record: 'id' },
        types: { 'orders/delete': { object: 'orders', action: 'deleted' } },
      },
      '{"id":99}',
      { 'x-shopify-topic': 'orders/delete', 'x-shopify-event-id': 'e1' },
      [{ type: 'orders/delete', object: 'orders', action: 'deleted', id: '99', dedupe: 'e1' }],
    ],
    [
      'a list within the body, without ids (Xero)',
      {
        events: 'events',
        event: { type: '{envelope.source}.{body.eventCategory}.{body.eventType}', record: 'resourceId' },
        types: { 'x.*.UPDATE': { object: 'invoices', action: 'updated' } },
      },
      '{"source":"x","events":[{"resourceId":"r1","eventCategory":"INVOICE","eventType":"UPDATE"}]}',
      {},
      [
        {
          type: 'x.INVOICE.UPDATE',
          object: 'invoices',
          action: 'updated',
          id: 'r1',
          dedupe: createHash('sha256')
            .update('{"resourceId":"r1","eventCategory":"INVOICE","eventType":"UPDATE"}')
            .digest('hex'),
        },
      ],
    ],
    ['none where the list is missing', { events: 'events', event: { type: 'x', record: 'id' } }, '{}', {}, []],
    [
      'names that every object has are no types',
      { event: { type: '{body.type}', record: 'id' }, types: {} },
      '{"type":"constructor","id":1}',
      {},
      [],
    ],
  ])('%s', (_, definition, body, headers, events) => {
    expect(receiverOf({ ...none, ...definition }, 's').receive(delivery(body, headers))).toMatchObject({
      kind: 'events',
      events,
      answer: { status: 200, body: '' },
    });
  });

  it('a body that is no JSON is not taken', () => {
    const event = { type: 'x', record: 'id' };
    expect(receiverOf({ ...none, event }, 's').receive(delivery('<xml>', {}))).toMatchObject({
      kind: 'refused',
      answer: { status: 400 },
      diagnostic: { code: 'webhook-unreadable' },
    });
  });
});

describe('handshakes', () => {
  const signed = (body: string) => ({ 'x-s': signedHex(body) });
  it.each<[string, string, string, boolean, object]>([
    [
      'Slack asks for an echo',
      'challenge',
      '{"type":"url_verification","challenge":"3eZ"}',
      true,
      { kind: 'handshake', answer: { status: 200, body: '3eZ' } },
    ],
    [
      'which needs a signature too',
      'challenge',
      '{"type":"url_verification","challenge":"3eZ"}',
      false,
      { kind: 'refused' },
    ],
    ['an event is no challenge', 'challenge', '{"type":"event_callback","challenge":"x"}', true, { kind: 'events' }],
    [
      'Xero asks whether a right signature is known',
      'intent_to_receive',
      '{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"S0m3"}',
      true,
      { kind: 'handshake', answer: { status: 200, body: '', headers: {} } },
    ],
    [
      'and a wrong one',
      'intent_to_receive',
      '{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"S0m3"}',
      false,
      { kind: 'refused', answer: { status: 401, body: '', headers: {} } },
    ],
    ['WooCommerce asks with a form', 'ping', 'webhook_id=12', false, { kind: 'handshake', answer: { status: 200 } }],
    [
      'Intercom asks with an event',
      'ping',
      '{"topic":"ping","data":{}}',
      true,
      { kind: 'handshake', answer: { status: 200 } },
    ],
    ['nobody else may', 'none', 'webhook_id=12', false, { kind: 'refused', answer: { status: 401 } }],
  ])('%s', (_, handshake, body, genuine, expected) => {
    const signature = plain('X-S');
    const headers = signed(genuine ? body : `${body}x`);
    expect(receiverOf({ signature, handshake }, 's').receive(delivery(body, headers))).toMatchObject(expected);
  });
});

describe('whatever comes', () => {
  const headers = fc.dictionary(
    fc.constantFrom('x-s', 'authorization', 'webhook-id', 'webhook-signature', 'webhook-timestamp', 'x-t'),
    fc.oneof(fc.string(), fc.constantFrom('t=1,v1=x', 'v1,x v1a,y', '1', 'Basic eDp5', '=')),
  );
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
    fc.constant(Buffer.from(`${'['.repeat(3000)}${']'.repeat(3000)}`)),
    fc.constant(Buffer.from(`{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`)),
  );
  const signatures: Record<string, unknown>[] = [
    { scheme: 'none' },
    { scheme: 'basic', user: 'a', password: 'b' },
    { scheme: 'standard_webhooks', secret: `${WHSEC} ${publicKey}` },
    plain('x-s', { fields: { signature: 'v1', timestamp: 't' }, signed: '{timestamp}{body}', tolerance: '5m' }),
    plain('x-s', { timestamp_header: 'x-t', timestamp: 'iso', tolerance: '5m', signed: '{decoded_url}{header.x-t}' }),
  ];
  it.each(signatures)('$scheme takes it or refuses it', (signature) => {
    const event = { type: '{body.a}{envelope.b}{header.x-t}', record: 'a' };
    const types = { '*': { object: 'things', action: 'updated' } };
    const receivers = ['none', 'challenge', 'ping', 'intent_to_receive'].map((handshake) =>
      receiverOf({ signature, handshake, event, types }, 's'),
    );
    fc.assert(
      fc.property(headers, body, fc.webUrl(), (sent, bytes, url) => {
        for (const receiver of receivers) {
          const { answer } = receiver.receive({ method: 'POST', url, headers: sent, body: bytes, now: NOW });
          expect([200, 400, 401]).toContain(answer.status);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('an event that is nested deeply', () => {
    const event = { type: 'x', record: 'id' };
    const types = { x: { object: 'things', action: 'updated' } };
    const deep = `{"id":1,"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const received = receiverOf({ signature: { scheme: 'none' }, event, types }, 's').receive(delivery(deep, {}));
    expect(received).toMatchObject({
      kind: 'events',
      events: [{ id: '1', dedupe: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
  });
});

describe('registration', () => {
  const types = { 'a.x': { object: 'a', action: 'created' }, 'b.y': { object: 'b', action: 'deleted' } };
  const made = (register: unknown) =>
    registrations(webhooksSchema.parse({ register, types }), { secret: 's3' }, 'https://me.example/in');

  it('one request for all types', () => {
    const body = { target: '{url}', events: '{types}', nested: [{ key: secretVariable, on: true }] };
    expect(made({ method: 'POST', path: '/hooks', body })).toEqual({
      ok: true,
      value: [
        {
          method: 'POST',
          path: '/hooks',
          body: { target: 'https://me.example/in', events: ['a.x', 'b.y'], nested: [{ key: 's3', on: true }] },
        },
      ],
    });
  });
  it('one for each type', () => {
    expect(made({ method: 'POST', path: '/hooks', body: { topic: '{type}', to: '{url}' } })).toMatchObject({
      ok: true,
      value: [{ body: { topic: 'a.x' } }, { body: { topic: 'b.y', to: 'https://me.example/in' } }],
    });
  });
  it('by hand', () => expect(made(undefined)).toEqual({ ok: true, value: null }));
});
