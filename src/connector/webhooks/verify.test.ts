import { createHash, createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { webhooksSchema } from '../definition-webhooks.ts';
import type { Delivery } from './delivery.ts';
import { createWebhookReceiver } from './receiver.ts';

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

const hmac = (secret: string | Buffer, text: string, encoding: 'hex' | 'base64', algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(text).digest(encoding);

const ed25519 = generateKeyPairSync('ed25519');
const publicKey = `whpk_${ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`;

/** How each system signs: what the connector says, and what the system sends. `time` in epoch ms. */
interface Scheme {
  signature: Record<string, unknown>;
  secret: string;
  /** Another secret of the same form. */
  other: string;
  /** Null: nothing tells when it was sent. */
  tolerance: number | null;
  headers(body: string, time: number): Record<string, string>;
}

const seconds = (time: number) => String(Math.floor(time / 1000));
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const whKey = Buffer.from(WHSEC.slice(6), 'base64');
const plain = (header: string, more: Record<string, unknown> = {}) => ({
  scheme: 'hmac',
  secret: secretVariable,
  header,
  ...more,
});

const schemes: Record<string, Scheme> = {
  'Standard Webhooks v1, among old signatures': {
    signature: { scheme: 'standard_webhooks', secret: secretVariable },
    secret: `whsec_${'A'.repeat(32)} ${WHSEC}`,
    other: `whsec_${'B'.repeat(32)}`,
    tolerance: 300_000,
    headers: (body, time) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': seconds(time),
      'webhook-signature': `v1,AAAA v1,${hmac(whKey, `msg_1.${seconds(time)}.${body}`, 'base64')}`,
    }),
  },
  'Standard Webhooks v1a': {
    signature: { scheme: 'standard_webhooks', secret: secretVariable, prefix: 'svix-' },
    secret: publicKey,
    other: `whpk_${Buffer.alloc(32, 1).toString('base64')}`,
    tolerance: 300_000,
    headers: (body, time) => ({
      'svix-id': 'msg_1',
      'svix-timestamp': seconds(time),
      'svix-signature': `v1a,${signWith(null, Buffer.from(`msg_1.${seconds(time)}.${body}`), ed25519.privateKey).toString('base64')}`,
    }),
  },
  'Stripe, with two signatures': {
    signature: plain('Stripe-Signature', {
      fields: { signature: 'v1', timestamp: 't' },
      signed: '{timestamp}.{body}',
      tolerance: '5m',
    }),
    secret: 'whsec_abc',
    other: 'whsec_abd',
    tolerance: 300_000,
    headers: (body, time) => ({
      'stripe-signature': `t=${seconds(time)},v1=${'0'.repeat(64)},v1=${hmac('whsec_abc', `${seconds(time)}.${body}`, 'hex')},v0=x`,
    }),
  },
  GitHub: {
    signature: plain('X-Hub-Signature-256', { prefix: 'sha256=' }),
    secret: 's',
    other: 't',
    tolerance: null,
    headers: (body) => ({ 'x-hub-signature-256': `sha256=${hmac('s', body, 'hex')}` }),
  },
  Shopify: {
    signature: plain('X-Shopify-Hmac-SHA256', {
      encoding: 'base64',
      timestamp_header: 'X-Shopify-Triggered-At',
      timestamp: 'iso',
      tolerance: '1h',
    }),
    secret: 's',
    other: 't',
    tolerance: 3_600_000,
    headers: (body, time) => ({
      'x-shopify-hmac-sha256': hmac('s', body, 'base64'),
      'x-shopify-triggered-at': new Date(time).toISOString(),
    }),
  },
  'HubSpot v3': {
    signature: plain('X-HubSpot-Signature-v3', {
      encoding: 'base64',
      signed: '{method}{decoded_url}{body}{timestamp}',
      timestamp_header: 'X-HubSpot-Request-Timestamp',
      timestamp: 'milliseconds',
      tolerance: '5m',
    }),
    secret: 's',
    other: 't',
    tolerance: 300_000,
    headers: (body, time) => ({
      'x-hubspot-signature-v3': hmac('s', `POST${URL_OF_HOOK}${body}${time}`, 'base64'),
      'x-hubspot-request-timestamp': String(time),
    }),
  },
  'HubSpot v1': {
    signature: { ...plain('X-HubSpot-Signature', { signed: '{secret}{body}' }), scheme: 'hash' },
    secret: 's',
    other: 't',
    tolerance: null,
    headers: (body) => ({ 'x-hubspot-signature': createHash('sha256').update(`s${body}`).digest('hex') }),
  },
  'HubSpot v2': {
    signature: { ...plain('X-HubSpot-Signature', { signed: '{secret}{method}{url}{body}' }), scheme: 'hash' },
    secret: 's',
    other: 't',
    tolerance: null,
    headers: (body) => ({
      'x-hubspot-signature': createHash('sha256').update(`sPOST${URL_OF_HOOK}${body}`).digest('hex'),
    }),
  },
  WooCommerce: {
    signature: plain('X-WC-Webhook-Signature', { encoding: 'base64' }),
    secret: 's',
    other: 't',
    tolerance: null,
    headers: (body) => ({ 'x-wc-webhook-signature': hmac('s', body, 'base64') }),
  },
  Slack: {
    signature: plain('X-Slack-Signature', {
      prefix: 'v0=',
      signed: 'v0:{timestamp}:{body}',
      timestamp_header: 'X-Slack-Request-Timestamp',
      tolerance: '5m',
    }),
    secret: 's',
    other: 't',
    tolerance: 300_000,
    headers: (body, time) => ({
      'x-slack-signature': `v0=${hmac('s', `v0:${seconds(time)}:${body}`, 'hex')}`,
      'x-slack-request-timestamp': seconds(time),
    }),
  },
  Intercom: {
    signature: plain('X-Hub-Signature', { algorithm: 'sha1', prefix: 'sha1=' }),
    secret: 's',
    other: 't',
    tolerance: null,
    headers: (body) => ({ 'x-hub-signature': `sha1=${hmac('s', body, 'hex', 'sha1')}` }),
  },
  Xero: {
    signature: plain('x-xero-signature', { encoding: 'base64' }),
    secret: 's',
    other: 't',
    tolerance: null,
    headers: (body) => ({ 'x-xero-signature': hmac('s', body, 'base64') }),
  },
  'Zendesk, time before body': {
    signature: plain('X-Zendesk-Webhook-Signature', {
      encoding: 'base64',
      signed: ['{timestamp}{body}', '{body}{timestamp}'],
      timestamp_header: 'X-Zendesk-Webhook-Signature-Timestamp',
      timestamp: 'iso',
      tolerance: '5m',
    }),
    secret: 's',
    other: 't',
    tolerance: 300_000,
    headers: (body, time) => ({
      'x-zendesk-webhook-signature': hmac('s', `${new Date(time).toISOString()}${body}`, 'base64'),
      'x-zendesk-webhook-signature-timestamp': new Date(time).toISOString(),
    }),
  },
};

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const BODY = '{"name":"Österreich & Söhne"}';

describe.each(Object.entries(schemes))('%s', (_, { signature, secret, other, tolerance, headers }) => {
  const receive = (given: Delivery, key = secret) => receiverOf({ signature }, key).receive(given).kind;
  const sent = delivery(BODY, headers(BODY, NOW), { now: NOW });

  test('a genuine delivery', () => expect(receive(sent)).toBe('events'));
  test('another key', () => expect(receive(sent, other)).toBe('refused'));
  test('a changed body', () => expect(receive({ ...sent, body: Buffer.from(`${BODY} `) })).toBe('refused'));
  test('no headers', () => expect(receive({ ...sent, headers: {} })).toBe('refused'));
  test('half a signature', () => {
    const cut = Object.entries(sent.headers).map(([name, value]) => [name, value.slice(0, value.length / 2)]);
    expect(receive({ ...sent, headers: Object.fromEntries(cut) })).toBe('refused');
  });
  if (tolerance !== null) {
    test.each([
      ['at the edge of the past', tolerance, 'events'],
      ['too old', tolerance + 1001, 'refused'],
      ['a bit early', -tolerance, 'events'],
      ['from the future', -tolerance - 1001, 'refused'],
    ])('%s', (__, later, kind) => expect(receive({ ...sent, now: NOW + later })).toBe(kind));
    test('without a time', () => {
      const timeless = Object.entries(sent.headers).map(([name, value]) => [name, value.replace(/^t=\d+/, 't=x')]);
      const kept = timeless.filter(([name]) => !/time|triggered/.test(name ?? ''));
      expect(receive({ ...sent, headers: Object.fromEntries(kept) })).toBe('refused');
    });
  }
});

describe('basic access (Pipedrive)', () => {
  const signature = { scheme: 'basic', user: `$${'{user}'}`, password: secretVariable };
  const access = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  test.each([
    ['the user and password', access('me:s'), 'events'],
    ['another password', access('me:t'), 'refused'],
    ['another user', access('you:s'), 'refused'],
    ['none', {}, 'refused'],
    ['a token', { authorization: 'Bearer s' }, 'refused'],
  ])('%s', (_, headers, kind) => {
    expect(receiverOf({ signature }, 's').receive(delivery('{}', headers)).kind).toBe(kind);
  });
});

describe('vectors of the vendors', () => {
  const hubspot = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const hubspotBody =
    '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';
  const slackBody =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  it.each<[string, string, string, Delivery]>([
    [
      'GitHub',
      'GitHub',
      "It's a Secret to Everybody",
      delivery('Hello, World!', {
        'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      }),
    ],
    [
      'Standard Webhooks v1',
      'Standard Webhooks v1, among old signatures',
      WHSEC,
      delivery(
        '{"test": 2432232314}',
        {
          'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
          'webhook-timestamp': '1614265330',
          'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
        },
        { now: 1_614_265_330_000 },
      ),
    ],
    [
      'HubSpot v1',
      'HubSpot v1',
      hubspot,
      delivery(hubspotBody, {
        'x-hubspot-signature': '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de',
      }),
    ],
    [
      'HubSpot v2',
      'HubSpot v2',
      hubspot,
      delivery(
        '',
        { 'x-hubspot-signature': 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e' },
        { method: 'GET', url: 'https://www.example.com/webhook_uri' },
      ),
    ],
    [
      'Zendesk, body before time',
      'Zendesk, time before body',
      'HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=',
      delivery(
        '{"say": "hello"}',
        {
          'x-zendesk-webhook-signature': 'tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw=',
          'x-zendesk-webhook-signature-timestamp': '2021-07-25T10:00:00Z',
        },
        { now: Date.UTC(2021, 6, 25, 10) },
      ),
    ],
    [
      'Slack',
      'Slack',
      '8f742231b10e8888abcd99yyyzzz85a5',
      delivery(
        slackBody,
        {
          'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
          'x-slack-request-timestamp': '1531420618',
        },
        { now: 1_531_420_618_000 },
      ),
    ],
  ])('%s', (_, name, secret, given) => {
    const { signature } = schemes[name]!;
    const received = receiverOf({ signature }, secret).receive(given);
    // Whether it is genuine is asked before whether it is JSON.
    expect(received.kind === 'refused' ? received.diagnostic.code : received.kind).not.toBe('webhook-refused');
    const wrong = receiverOf({ signature }, name.startsWith('Standard') ? `whsec_${'A'.repeat(32)}` : 'wrong');
    expect(wrong.receive(given)).toMatchObject({ kind: 'refused', diagnostic: { code: 'webhook-refused' } });
  });
});

test.each([
  [{ scheme: 'hmac', secret: secretVariable, header: 'x' }, '', 'webhook-secret-empty'],
  [{ scheme: 'basic', user: 'x', password: secretVariable }, '', 'webhook-secret-empty'],
  [{ scheme: 'standard_webhooks', secret: secretVariable }, 'whsec_ä', 'webhook-secret-unusable'],
  [{ scheme: 'standard_webhooks', secret: secretVariable }, 'whpk_AAAA', 'webhook-secret-unusable'],
  [{ scheme: 'hmac', secret: `$${'{absent}'}`, header: 'x' }, 's', 'variable-missing'],
])('unusable: %j with the secret "%s"', (signature, secret, code) => {
  expect(createWebhookReceiver(webhooksSchema.parse({ signature }), { secret })).toMatchObject({
    ok: false,
    error: { code },
  });
});
