import { z } from 'zod';
import type { DatabaseAccess } from '../../connector/access.ts';
import type { AuthDefinition } from '../../connector/definition.ts';
import { parseBody, serverTime } from '../../connector/response.ts';
import { fillVariables } from '../../connector/template.ts';
import type { LoadedSystem } from '../../integration/loaded.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
import { urlOf, WAY_TIMEOUT_MS, wayTo } from '../probe-way.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const credentials: Question = {
  id: 'credentials',
  text: 'Authentication: are all API keys, or user name and password, at hand?',
  why: 'Credentials that are wrong, expired or for another environment stop the first run, and every run after they expire.',
  german: {
    text: 'Anmeldung: liegen alle API-Schlüssel oder Benutzername und Passwort vor?',
    why: 'Falsche, abgelaufene oder für eine andere Umgebung bestimmte Zugangsdaten halten den ersten Lauf an und jeden nach ihrem Ablauf.',
  },
  theme: 'access',
  ask: 'administrator',
  blocks: 'runs',
  freshDays: 7,
  answers: (integration) =>
    ofEachSystem(integration, (side, system) => {
      const kind = kindOf(system);
      return kind === null ? notApplicable(side, 'the connector needs none') : declared(side, kind);
    }),
  probes: [
    { id: 'accepted', ask: askAccepted },
    { id: 'lasting', ask: askLasting },
  ],
};

const KINDS: Record<AuthDefinition['type'], string | null> = {
  none: null,
  api_key: 'API key',
  basic: 'user name and password',
  bearer: 'bearer token',
  oauth2: 'OAuth 2',
  session: 'login for a session',
  signature: 'key that signs requests',
};

const GRANTS: Record<Extract<AuthDefinition, { type: 'oauth2' }>['grant'], string> = {
  client_credentials: 'OAuth 2 client credentials',
  authorization_code: 'OAuth 2, allowed once by a person',
  refresh_token: 'OAuth 2 refresh token',
  password: 'OAuth 2 with user name and password',
  jwt_bearer: 'OAuth 2 with a signed assertion',
};

function kindOf({ connector }: LoadedSystem): string | null {
  if (connector.protocol === 'sql') return 'in the address of the database';
  const { auth } = connector;
  if (auth.type === 'oauth2') return GRANTS[auth.grant];
  if (auth.type !== 'api_key') return KINDS[auth.type];
  return `${KINDS.api_key} in ${auth.header ?? auth.query ?? auth.cookie}`;
}

/** Stops at the first refusal: an account may be locked after a few. */
async function askAccepted({ integration, samples }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the first records of each mapped object, with these credentials';
  const objects = mappedObjects(integration, side);
  let accepted = 0;
  for (const { name } of objects) {
    const { failure } = await samples.of(side, name);
    const kind = failure ? failureKind(failure) : null;
    const facts = { objects: objects.length, accepted, refused: failure ? name : null, failure: failure?.code ?? null };
    if (failure && (kind === 'credentials' || kind === 'permission')) {
      const found = kind === 'credentials' ? toldBy(failure) : `They are valid, but may not read ${name}`;
      const next = failure.next ?? 'Check the credentials of this connection';
      return { verdict: 'contradicts', asked, facts, found, next };
    }
    if (failure && kind !== 'answer') return { verdict: 'unknown', asked, facts, found: toldBy(failure) };
    accepted += 1;
  }
  const facts = { objects: objects.length, accepted, refused: null, failure: null };
  return { verdict: 'holds', asked, facts, found: `Accepted for ${counted(accepted, 'object')}` };
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Who renews a key by hand needs some days. */
const SOON_DAYS = 14;
/** Where a signature holds the time, systems bear no more: RFC 7523 and vendors name a few minutes. */
const MOST_SKEW_MS = 5 * 60_000;

/** How long the credentials hold, and whether new ones come when they end. */
async function askLasting(context: ProbeContext, side: Side): Promise<Observation> {
  const { integration, connections, samples } = context;
  const { access } = connections[side];
  const [object] = mappedObjects(integration, side);
  const first = object ? await samples.of(side, object.name) : null;
  if (first?.failure) {
    return { verdict: 'unknown', asked: 'nothing', facts: {}, found: 'Not asked: nothing could be read with them' };
  }
  if (access?.kind === 'database') return askPassword(context, access);
  const system = integration[side];
  const clock = await askClock(context, side);
  if (clock) return clock;
  const renewed = access ? await access.renew() : null;
  if (renewed === null || (renewed.ok && renewed.value === null)) return askFixed(context, system);
  const asked = 'new credentials, as at the end of the life of these';
  if (!renewed.ok) {
    const passing = failureKind(renewed.error) === 'passing';
    const found = `They hold now, but can not be renewed. ${toldBy(renewed.error)}`;
    const next = renewed.error.next ?? 'Check how the connector gets its tokens';
    return { verdict: passing ? 'unknown' : 'contradicts', asked, facts: { renewed: false }, found, next };
  }
  const expires = renewed.value?.expires ?? null;
  const minutes = expires === null ? null : Math.round((expires - context.platform.clock.now()) / 60_000);
  const id = first?.records[0]?.id;
  const [outcome] = object && id !== undefined ? await connections[side].get(object.name, [id]) : [];
  const facts = { renewed: true, minutes, read: outcome?.kind ?? null };
  if (outcome?.kind === 'unknown' && failureKind(outcome.diagnostic) === 'credentials') {
    const next = outcome.diagnostic.next ?? 'Check how the connector gets its tokens';
    return {
      verdict: 'contradicts',
      asked,
      facts,
      found: `The new ones do not hold. ${toldBy(outcome.diagnostic)}`,
      next,
    };
  }
  const lasts = minutes === null ? '' : `, used for ${minutes} minutes`;
  return { verdict: 'holds', asked, facts, found: `New ones came${lasts}` };
}

/** A password that ends on a day is one that somebody must change before. */
async function askPassword({ platform }: ProbeContext, access: DatabaseAccess): Promise<Observation> {
  const asked = 'when the password of the login ends';
  const server = await access.server();
  if (!server.ok) return { verdict: 'unknown', asked, facts: {}, found: toldBy(server.error) };
  const { passwordExpires, superuser } = server.value;
  const facts = { days: daysUntil(passwordExpires, platform.clock.now()), superuser };
  if (facts.days === null) return { verdict: 'holds', asked, facts, found: 'It does not end' };
  return ending(asked, facts, facts.days);
}

/** Keys say nothing of their end, unless they are signed tokens (RFC 7519, 4.1.4). */
function askFixed({ platform }: ProbeContext, { connector, variables }: LoadedSystem): Observation {
  const asked = 'the credentials, for when they end';
  const { auth } = connector;
  const template = auth.type === 'bearer' ? auth.token : auth.type === 'api_key' ? auth.value : '';
  const filled = fillVariables(template, variables);
  const days = daysUntil(filled.ok ? expiryIn(filled.value) : null, platform.clock.now());
  if (days === null) return { verdict: 'holds', asked, facts: { days }, found: 'They say nothing of an end' };
  return ending(asked, { days }, days);
}

function ending(asked: string, facts: Observation['facts'], days: number): Observation {
  const next = 'Have new credentials issued before, and say when these end: `dovetail ticket credentials`';
  if (days < 0) return { verdict: 'contradicts', asked, facts, found: 'They have ended', next };
  const found = `They end in ${counted(days, 'day')}`;
  return { verdict: 'holds', asked, facts, found, ...(days < SOON_DAYS ? { next } : {}) };
}

const daysUntil = (end: number | null, now: number): number | null =>
  end === null ? null : Math.floor((end - now) / DAY_MS);

const payload = z.object({ exp: z.number() });

/** Epoch ms; null where the text is no signed token, or says nothing. */
function expiryIn(text: string): number | null {
  const part = /^(?:Bearer )?[\w-]+\.([\w-]+)\.[\w-]*$/.exec(text)?.[1];
  if (part === undefined) return null;
  const parsed = payload.safeParse(parseBody(Buffer.from(part, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data.exp * 1000 : null;
}

/** Signatures and assertions hold the time: with clocks apart they are refused, now or when the clocks drift on. */
async function askClock({ integration, platform, signal }: ProbeContext, side: Side): Promise<Observation | null> {
  const system = integration[side];
  const { auth } = system.connector;
  if (auth.type !== 'signature' && !(auth.type === 'oauth2' && auth.grant === 'jwt_bearer')) return null;
  const asked = 'the clock of the system, since what is signed holds the time';
  const request = { method: 'GET', url: urlOf(system), headers: {}, timeout: WAY_TIMEOUT_MS, signal };
  const answer = await wayTo(system, platform).request(request);
  const theirs = answer.ok ? serverTime(answer.value) : null;
  if (theirs === null) return null;
  const skewMs = Math.round((theirs - platform.clock.now()) / 1000) * 1000;
  if (Math.abs(skewMs) < MOST_SKEW_MS) return null;
  const found = `The clocks differ by ${Math.abs(skewMs) / 1000} s, more than signed requests bear`;
  return {
    verdict: 'contradicts',
    asked,
    facts: { skewMs },
    found,
    next: 'Set the clock of this machine by NTP, or have theirs set',
  };
}
