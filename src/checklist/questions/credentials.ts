import type { AuthDefinition } from '../../connector/definition.ts';
import type { LoadedSystem } from '../../integration/loaded.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
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
  probes: [{ id: 'accepted', ask: askAccepted }],
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
