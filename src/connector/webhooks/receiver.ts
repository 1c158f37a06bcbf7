import { z } from 'zod';
import { type Diagnostic, ok, type Result } from '../../record/diagnostic.ts';
import type { WebhooksDefinition } from '../definition.ts';
import { milliseconds } from '../duration.ts';
import type { Variables } from '../template.ts';
import { type Delivery, jsonOf, type WebhookAnswer, type WebhookEvent } from './delivery.ts';
import { compileEvents } from './events.ts';
import { compileVerify } from './verify.ts';

/** What a delivery is, and what the system is answered at once. */
export type Received =
  /** Not genuine, or not to be read. */
  | { kind: 'refused'; answer: WebhookAnswer; diagnostic: Diagnostic }
  /** A question of the system whether we are there. */
  | { kind: 'handshake'; answer: WebhookAnswer }
  /** To be kept before the answer is sent. `ignored`: how many events are of no interest. */
  | { kind: 'events'; answer: WebhookAnswer; events: WebhookEvent[]; ignored: number };

export interface WebhookReceiver {
  receive(delivery: Delivery): Received;
  /** The system takes a later answer for a failure, ms. */
  readonly respondWithin: number;
}

/** Takes the deliveries of a system's webhooks. Pure: it sends nothing and keeps nothing. */
export function createWebhookReceiver(definition: WebhooksDefinition, variables: Variables): Result<WebhookReceiver> {
  const verify = compileVerify(definition.signature, variables);
  if (!verify.ok) return verify;
  const read = compileEvents(definition, variables);
  if (!read.ok) return read;
  return ok({
    respondWithin: milliseconds(definition.respond_within),
    receive(delivery) {
      if (definition.handshake === 'ping' && isUnsignedPing(delivery)) return { kind: 'handshake', answer: DONE };
      const refusal = verify.value(delivery);
      if (refusal) return { kind: 'refused', answer: REFUSED, diagnostic: refusal };
      const handshake = answerTo(definition.handshake, delivery);
      if (handshake) return { kind: 'handshake', answer: handshake };
      const found = read.value(delivery);
      if (!found.ok) return { kind: 'refused', answer: UNREADABLE, diagnostic: found.error };
      return { kind: 'events', answer: DONE, ...found.value };
    },
  });
}

const plain = (status: number, body = ''): WebhookAnswer => ({
  status,
  headers: body === '' ? {} : { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body,
});
const DONE = plain(200);
const REFUSED = plain(401);
const UNREADABLE = plain(400);

const challengeBody = z.object({
  type: z.literal('url_verification').optional(),
  challenge: z.string().min(1).max(1000),
});
const intercomPing = z.object({ topic: z.literal('ping') });
const emptyIntent = z.object({ events: z.array(z.unknown()).length(0) });

/** Of a genuine delivery; null where it is none. */
function answerTo(handshake: WebhooksDefinition['handshake'], { body }: Delivery): WebhookAnswer | null {
  switch (handshake) {
    case 'none':
      return null;
    case 'challenge': {
      const asked = challengeBody.safeParse(jsonOf(body));
      return asked.success ? plain(200, asked.data.challenge) : null;
    }
    case 'intent_to_receive':
      // A wrong signature has been answered with 401 by now, which is the other half of it.
      return emptyIntent.safeParse(jsonOf(body)).success ? DONE : null;
    case 'ping':
      return intercomPing.safeParse(jsonOf(body)).success ? DONE : null;
  }
}

/** WooCommerce asks with a form, unsigned, when a webhook is made. Saying yes tells nothing and does nothing. */
function isUnsignedPing({ body }: Delivery): boolean {
  return body.length < 64 && /^webhook_id=\d+$/.test(Buffer.from(body).toString('latin1'));
}
