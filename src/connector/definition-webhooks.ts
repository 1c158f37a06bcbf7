import { z } from 'zod';
import { duration, secretTemplate, urlPath, wirePath } from './definition-parts.ts';

/** How deliveries of webhooks are known to be genuine, and which record they are about. */
export const webhooksSchema = z.strictObject({
  signature: z
    .discriminatedUnion('scheme', [
      z.strictObject({ scheme: z.literal('none') }),
      z.strictObject({ scheme: z.literal('basic'), user: secretTemplate, password: secretTemplate }),
      z
        .strictObject({
          scheme: z.literal('standard_webhooks'),
          secret: secretTemplate.describe('whsec_… or whpk_…; several, with spaces, while one is replaced'),
          prefix: z.string().default('webhook-').describe('Of the headers, e.g. svix-'),
          tolerance: duration.default('5m'),
        })
        .describe('https://www.standardwebhooks.com: v1 (HMAC) and v1a (Ed25519)'),
      z.strictObject({
        scheme: z.enum(['hmac', 'hash']).describe('hash: a plain hash of a text with the secret in it'),
        secret: secretTemplate,
        algorithm: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
        encoding: z.enum(['hex', 'base64']).default('hex'),
        header: z.string(),
        prefix: z.string().default('').describe('Before the signature in the header, e.g. sha256='),
        fields: z
          .strictObject({ signature: z.string(), timestamp: z.string().optional() })
          .optional()
          .describe('The header is a list such as t=…,v1=…: the names of its parts'),
        signed: z
          .union([z.string(), z.array(z.string()).min(1)])
          .default('{body}')
          .describe(
            'What is signed: {body}, {timestamp}, {method}, {url}, {decoded_url}, {secret}, {header.name}; of several, one must fit',
          ),
        timestamp_header: z.string().optional(),
        timestamp: z.enum(['seconds', 'milliseconds', 'iso']).default('seconds'),
        tolerance: duration.optional().describe('Older or newer deliveries are refused'),
      }),
    ])
    .default({ scheme: 'none' }),
  events: wirePath
    .default('')
    .describe('Where the list of events stands; empty: the body is the event, or a list of them'),
  event: z
    .strictObject({
      type: z
        .string()
        .describe(
          '{body.path} and {header.name}, e.g. {body.meta.action}.{body.meta.entity}; {envelope.path} is of the whole body, where `events` is in it',
        ),
      id: z.string().optional().describe('Tells repeated deliveries, likewise'),
      record: z.string().describe('Wire path of the id of the record in the event'),
    })
    .optional(),
  types: z
    .record(z.string(), z.strictObject({ object: z.string(), action: z.enum(['created', 'updated', 'deleted']) }))
    .default({})
    .describe('By the type of the event; * for any part of it'),
  handshake: z
    .enum(['none', 'challenge', 'intent_to_receive', 'ping'])
    .default('none')
    .describe(
      'challenge: echoed (Slack); intent_to_receive: 401 for wrong signatures (Xero); ping: answered (WooCommerce, Intercom)',
    ),
  respond_within: duration.default('5s'),
  register: z
    .strictObject({
      method: z.enum(['POST', 'PUT']),
      path: urlPath,
      body: z.record(z.string(), z.unknown()).default({}),
      id: wirePath.optional().describe('In the answer: the id of the registration'),
      secret: wirePath
        .optional()
        .describe('In the answer: the secret that its deliveries are signed with, where the system makes it'),
      list: z
        .strictObject({
          path: urlPath,
          records: wirePath,
          id: z.string().default('id'),
          url: z.string().default('url'),
        })
        .optional()
        .describe('The GET that lists the registrations, and where each has its id and address'),
      remove: z.strictObject({ path: urlPath }).optional().describe('The DELETE that ends one, with {id} in its path'),
    })
    .optional()
    .describe(
      'The request that subscribes, with {url} and {types} in its body, or {type} for one request each; absent: by hand',
    ),
});

export type WebhooksDefinition = z.infer<typeof webhooksSchema>;
