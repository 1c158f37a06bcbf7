import { ERP_KEY } from '../../../sandbox/erp/erp.ts';
import type { Bend } from '../../check-world.ts';
import type { Case } from '../case.ts';
import { type Answer, answerOf, at, erp, yes } from '../other-answers.ts';

const token = (days: number): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part({ exp: Math.round(Date.now() / 1000) + days * 86_400 + 3600 })}.c2ln`;
};

/** An ERP that takes any key, for the cases whose key is a signed token. */
const anyKey = {
  bend: {
    erp: ((request, rest) =>
      rest({ ...request, headers: { ...request.headers, 'x-api-key': ERP_KEY } })) satisfies Bend,
  },
};

/** Token requests after the first are answered otherwise. */
function onceOnly(answer: Answer): { bend: { crm: Bend } } {
  let asked = 0;
  return {
    bend: {
      crm(request, rest) {
        if (!request.path.startsWith('/oauth/token')) return rest(request);
        asked += 1;
        return asked === 1 ? rest(request) : answer;
      },
    },
  };
}

const signed = erp((connector) => {
  connector.auth = {
    type: 'signature',
    algorithm: 'sha256',
    key: `$${'{api_key}'}`,
    encoding: 'hex',
    signed: '{method}{timestamp}',
    timestamp: 'seconds',
    headers: { 'x-signature': '{signature}' },
  };
});

const clockOff = (ms: number) => ({
  bend: {
    erp: ((request, rest) => {
      const answer = rest({ ...request, headers: { ...request.headers, 'x-api-key': ERP_KEY } });
      return { ...answer, headers: { ...answer.headers, date: new Date(Date.now() + ms).toUTCString() } };
    }) satisfies Bend,
  },
});

/** Whether the credentials count, and for how long. */
export const ACCESS_CREDENTIALS: readonly Case[] = [
  ...yes('credentials', 'accepted', /Accepted for \d objects/),
  {
    question: 'credentials',
    probe: 'lasting',
    system: 'crm',
    variant: 'yes',
    what: 'new tokens come',
    expect: 'verified',
    found: /New ones came, used for \d+ minutes/,
  },
  {
    question: 'credentials',
    probe: 'lasting',
    system: 'erp',
    variant: 'yes',
    what: 'a key without an end',
    expect: 'verified',
    found: 'They say nothing of an end',
  },
  ...([3, 400] as const).map(
    (days): Case => ({
      question: 'credentials',
      probe: 'lasting',
      system: 'erp',
      variant: 'yes',
      what: `a signed token of ${days} days`,
      variables: { ERP_API_KEY: token(days) },
      sandbox: anyKey,
      expect: 'verified',
      found: `They end in ${days} days`,
    }),
  ),
  {
    question: 'credentials',
    probe: 'lasting',
    system: 'erp',
    variant: 'yes',
    what: 'signed requests, and clocks that agree',
    change: signed,
    sandbox: clockOff(2000),
    expect: 'verified',
  },
  {
    question: 'credentials',
    probe: 'lasting',
    system: 'erp',
    variant: 'lying',
    what: 'signed requests, and clocks ten minutes apart',
    change: signed,
    sandbox: clockOff(600_000),
    expect: 'contradicted',
    found: 'clocks differ by',
  },
  {
    question: 'credentials',
    probe: 'lasting',
    system: 'erp',
    variant: 'lying',
    what: 'a signed token that has ended',
    variables: { ERP_API_KEY: token(-2) },
    sandbox: anyKey,
    expect: 'contradicted',
    found: 'They have ended',
  },
  ...(
    [
      ['are refused', answerOf(400, '{"error":"invalid_grant"}'), 'contradicted', 'can not be renewed'],
      [
        'come, and do not hold',
        answerOf(200, '{"access_token":"x","expires_in":600}'),
        'contradicted',
        /do not hold|can not be renewed/,
      ],
      ['can not be asked for now', answerOf(500, '{}'), 'declared', 'can not be renewed'],
    ] as const
  ).map(
    ([what, answer, status, found]): Case => ({
      question: 'credentials',
      probe: 'lasting',
      system: 'crm',
      variant: 'lying',
      what: `new tokens ${what}`,
      sandbox: onceOnly(answer),
      expect: status,
      found,
    }),
  ),
  ...(
    [
      ['crm', 'a wrong secret', { CRM_CLIENT_SECRET: 'x' }],
      ['crm', 'an unknown client', { CRM_CLIENT_ID: 'x' }],
      ['erp', 'a wrong key', { ERP_API_KEY: 'x' }],
    ] as const
  ).map(
    ([system, what, variables]): Case => ({
      question: 'credentials',
      probe: 'accepted',
      system,
      variant: 'lying',
      what,
      variables,
      expect: 'contradicted',
      found: 'does not accept the credentials',
    }),
  ),
  {
    question: 'credentials',
    probe: 'accepted',
    system: 'erp',
    variant: 'lying',
    what: 'valid, but not for articles',
    sandbox: at('erp', '/api/articles', answerOf(403, '{}')),
    expect: 'contradicted',
    found: 'They are valid, but may not read articles',
  },
  {
    question: 'credentials',
    system: 'erp',
    variant: 'no',
    what: 'none are needed',
    change: erp((connector) => {
      connector.auth = { type: 'none' };
    }),
    sandbox: anyKey,
    expect: 'not-applicable',
  },
  {
    question: 'credentials',
    probe: 'lasting',
    system: 'erp',
    variant: 'no',
    what: 'it can not be reached',
    variables: { ERP_URL: 'http://127.0.0.1:9' },
    expect: 'declared',
  },
];
