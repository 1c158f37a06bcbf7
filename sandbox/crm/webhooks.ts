import { createHmac } from 'node:crypto';
import type { Faults } from '../faults.ts';
import type { WebhookDelivery } from '../system.ts';
import { randomText } from './access.ts';
import { CRM, CRM_OBJECTS } from './objects.ts';
import type { CrmEvent } from './state.ts';

export interface Subscription {
  id: string;
  url: string;
  events: string[];
  /** `whsec_` and the key in base64. */
  secret: string;
}

interface Queued {
  dueAt: number;
  subscription: Subscription;
  id: string;
  body: string;
  attempt: number;
}

const MAX_ATTEMPTS = 5;

export const CRM_EVENTS: readonly string[] = CRM_OBJECTS.flatMap((object) => {
  const { singular, mergeable } = CRM[object];
  const kinds = ['created', 'updated', 'archived', ...(mergeable ? ['merged'] : [])];
  return kinds.map((kind) => `${singular}.${kind}`);
});

/** Subscriptions and the queue of deliveries: at least once, in no order, signed by the Standard Webhooks rules. */
export class Webhooks {
  readonly subscriptions: Subscription[] = [];
  private readonly random: () => number;
  private queue: Queued[] = [];
  private readonly sent = new Map<string, Queued>();
  private events = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  subscribe(url: string, events: string[]): Subscription {
    const key = Buffer.from(randomText(this.random)).toString('base64');
    const subscription = { id: `wh_${randomText(this.random)}`, url, events, secret: `whsec_${key}` };
    this.subscriptions.push(subscription);
    return subscription;
  }

  unsubscribe(id: string): boolean {
    const i = this.subscriptions.findIndex((subscription) => subscription.id === id);
    if (i >= 0) this.subscriptions.splice(i, 1);
    return i >= 0;
  }

  enqueue(event: CrmEvent, faults: Faults['webhooks']): void {
    for (const subscription of this.subscriptions) {
      if (!subscription.events.includes(event.type)) continue;
      this.events += 1;
      const { object, id, version } = event;
      const timestamp = new Date(event.at).toISOString();
      const body = JSON.stringify({ type: event.type, timestamp, data: { object, id, version } });
      const copies = faults.duplicate > 0 && this.random() < faults.duplicate ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const wait = this.random() * faults.delayMs * (faults.late > 0 && this.random() < faults.late ? 10 : 1);
        this.queue.push({ dueAt: event.at + wait, subscription, id: `msg_${this.events}`, body, attempt: 1 });
      }
    }
  }

  due(now: number): WebhookDelivery[] {
    if (this.queue.length === 0) return [];
    const due = this.queue.filter((item) => item.dueAt <= now);
    if (due.length === 0) return [];
    this.queue = this.queue.filter((item) => item.dueAt > now);
    due.sort((a, b) => a.dueAt - b.dueAt);
    return due.map((item) => {
      this.sent.set(item.id, item);
      if (this.sent.size > 1000) this.sent.delete(this.sent.keys().next().value ?? '');
      return delivery(item, now);
    });
  }

  /** Once more after 5 s, 10 s, 20 s, 40 s. */
  failed(done: WebhookDelivery, now: number): void {
    const item = this.sent.get(done.headers['webhook-id'] ?? '');
    if (item === undefined || done.attempt >= MAX_ATTEMPTS) return;
    const dueAt = now + 5000 * 2 ** (done.attempt - 1);
    this.queue.push({ ...item, attempt: done.attempt + 1, dueAt });
  }
}

function delivery(item: Queued, now: number): WebhookDelivery {
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(item.subscription.secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${item.id}.${timestamp}.${item.body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': item.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { url: item.subscription.url, headers, body: item.body, attempt: item.attempt };
}
