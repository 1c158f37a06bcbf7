import type { HttpClient, HttpFailure } from '../../../src/platform/http.ts';
import { fail, problem } from '../../../src/record/diagnostic.ts';
import type { Bend } from '../../check-world.ts';
import {
  checkOverTls,
  checkThrough,
  INSIDE,
  PROXIES,
  type ProxyName,
  selfSigned,
  type ThroughProxy,
} from '../access-worlds.ts';
import { all, answered, type Case } from '../case.ts';

const KINDS = Object.keys(PROXIES).filter((kind): kind is ProxyName => kind in PROXIES);

const failing = (kind: HttpFailure['kind']): HttpClient => ({
  request: async () => fail({ kind, sent: 'no', diagnostic: problem(`http-${kind}`, 'No answer') }),
  close: async () => undefined,
});

type Answer = ReturnType<Bend>;
const page: Answer = { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><p>Please log in' };
const wall: Answer = { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>Forbidden' };
const secure: Answer = { status: 301, headers: { location: 'https://127.0.0.1/api' }, body: '' };
const elsewhere: Answer = { status: 302, headers: { location: 'https://login.guest.test/' }, body: '' };

/** All answers, or only that of the root. */
const always = (answer: Answer) => ({ bend: { erp: () => answer } });
const atRoot = (answer: Answer) => ({
  bend: { erp: ((request, rest) => (request.path === '/' ? answer : rest(request))) satisfies Bend },
});

const REACHABILITY: Case[] = [
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'reachability',
      probe: 'connects',
      system,
      variant: 'yes',
      what: 'it answers',
      expect: 'verified',
      found: 'It answers within',
    }),
  ),
  ...KINDS.map(
    (kind): Case => ({
      question: 'reachability',
      probe: 'connects',
      system: 'erp',
      variant: 'yes',
      what: `it answers through ${kind}`,
      check: () => checkThrough('reachability', kind),
      expect: 'verified',
      found: 'It answers within',
    }),
  ),
  ...(
    [
      ['a page', page],
      ['forbidden', wall],
      ['a redirect to another host', elsewhere],
      ['not there', { status: 404, headers: {}, body: '' }],
    ] as const
  ).map(
    ([what, answer]): Case => ({
      question: 'reachability',
      probe: 'connects',
      system: 'erp',
      variant: 'yes',
      what: `the root is ${what}, the API answers`,
      sandbox: atRoot(answer),
      expect: 'verified',
    }),
  ),
  ...(
    [
      ['a page for people answers everything', page, 'a page for people'],
      ['a firewall forbids everything', wall, 'as an allow-list does'],
      ['everything leads to another host', elsewhere, 'It leads elsewhere, to login.guest.test'],
      ['everything leads to https', secure, 'It leads to https'],
      ['the network wants a login', { status: 511, headers: {}, body: '' }, '511'],
      ['a proxy on the way wants credentials', { status: 407, headers: {}, body: '' }, 'HTTP 407'],
    ] as const
  ).map(
    ([what, answer, found]): Case => ({
      question: 'reachability',
      probe: 'connects',
      system: 'erp',
      variant: 'lying',
      what,
      sandbox: always(answer),
      expect: 'contradicted',
      found,
    }),
  ),
  ...(
    [
      ['http://127.0.0.1:9', 'nothing listens', 'refuses the connection'],
      ['http://no-such-host.invalid', 'nobody knows the name', 'name is not known'],
    ] as const
  ).map(
    ([url, what, found]): Case => ({
      question: 'reachability',
      probe: 'connects',
      system: 'erp',
      variant: 'lying',
      what,
      variables: { ERP_URL: url },
      expect: 'contradicted',
      found,
    }),
  ),
  ...(
    [
      ['dns', 'name is not known'],
      ['refused', 'refuses the connection'],
      ['timeout', 'a firewall that drops'],
      ['dropped', 'breaks before an answer'],
      ['tls', 'certificate is not accepted'],
    ] as const
  ).map(
    ([kind, found]): Case => ({
      question: 'reachability',
      probe: 'connects',
      system: 'crm',
      variant: 'lying',
      what: `the request ends as ${kind}`,
      http: failing(kind),
      expect: 'contradicted',
      found,
    }),
  ),
  {
    question: 'reachability',
    probe: 'connects',
    system: 'erp',
    variant: 'no',
    what: 'it is ill: whether it is the right one can not be told',
    sandbox: atRoot({ status: 503, headers: {}, body: '' }),
    expect: 'declared',
    found: 'HTTP 503',
  },
];

type CertificateRow = [Case['variant'], string, number, string, boolean, Case['expect'], string | RegExp];

const CERTIFICATE_ROWS: CertificateRow[] = [
  [
    'yes',
    'its authority is named',
    90,
    'IP:127.0.0.1',
    true,
    'verified',
    /TLSv1\.\d, signed by Test authority, valid for (89|90)/,
  ],
  ['yes', 'it ends soon, which is told', 3, 'IP:127.0.0.1', true, 'verified', /valid for [23] more days/],
  ['lying', 'it signed itself', 90, 'IP:127.0.0.1', false, 'contradicted', 'it signed itself'],
  ['lying', 'it has expired', -1, 'IP:127.0.0.1', true, 'contradicted', 'it has expired'],
  ['lying', 'it is for another name', 90, 'DNS:other.test', true, 'contradicted', 'it is for another name'],
];

const CERTIFICATES = CERTIFICATE_ROWS.map(
  ([variant, what, days, name, trusted, status, found]): Case => ({
    question: 'reachability',
    probe: 'certificate',
    system: 'erp',
    variant,
    what: `the certificate: ${what}`,
    check: () => checkOverTls('reachability', selfSigned(days, name), trusted),
    expect: status,
    found,
  }),
);

const BROKEN_WAYS: Case[] = KINDS.flatMap((kind) =>
  (
    [
      ['lets nobody through to it', { rules: { forbidden: [INSIDE] } }, 'does not allow connections'],
      ['does not answer', { settings: { port: 9 } }, 'proxy can not be reached'],
      [
        'wants another login',
        { rules: { user: 'dovetail', password: 'x' }, settings: { password: 'y' } },
        'credentials',
      ],
    ] as [string, ThroughProxy, string][]
  ).map(
    ([what, given, found]): Case => ({
      question: 'reachability',
      probe: 'connects',
      system: 'erp',
      variant: 'lying',
      what: `the proxy (${kind}) ${what}`,
      check: () => checkThrough('reachability', kind, given),
      expect: 'contradicted',
      found,
    }),
  ),
);

/** An address of this machine that does not look like its loopback. */
const onMapped: Case['change'] = ({ b }) => {
  const { port } = new URL(b.variables.base_url ?? '');
  b.variables.base_url = `http://[::ffff:127.0.0.1]:${port}`;
};

const VPN: Case[] = [
  ...KINDS.map(
    (kind): Case => ({
      question: 'vpn',
      probe: 'way',
      system: 'erp',
      variant: 'yes',
      what: `through ${kind}`,
      check: () => checkThrough('vpn', kind),
      expect: 'verified',
      found: `It answers through ${kind}://127.0.0.1`,
    }),
  ),
  {
    question: 'vpn',
    probe: 'way',
    system: 'erp',
    variant: 'yes',
    what: 'a VPN, and the host at a private address answers',
    change: all(answered('vpn', { erp: 'WireGuard, site to site', crm: 'n/a: public' }), onMapped),
    expect: 'verified',
    found: 'at a private address, and answers',
  },
  {
    question: 'vpn',
    probe: 'way',
    system: 'erp',
    variant: 'lying',
    what: 'a VPN to this machine itself',
    change: answered('vpn', { erp: 'WireGuard, site to site', crm: 'n/a: public' }),
    expect: 'declared',
    found: 'It is this machine itself',
  },
  {
    question: 'vpn',
    probe: 'way',
    system: 'erp',
    variant: 'lying',
    what: 'nothing, and the host is at a private address',
    change: onMapped,
    expect: 'contradicted',
    found: 'some way there is open',
  },
  {
    question: 'vpn',
    probe: 'way',
    system: 'erp',
    variant: 'lying',
    what: 'a jump host that does not let through; reachability says so, and nothing is verified',
    check: () => checkThrough('vpn', 'ssh', { rules: { forbidden: [INSIDE] } }),
    expect: 'declared',
    found: 'Not asked, since the answer to reachability does not hold',
  },
  { question: 'vpn', system: 'erp', variant: 'no', what: 'it runs on this machine', expect: 'not-applicable' },
  {
    question: 'vpn',
    system: null,
    variant: 'no',
    what: 'the file says that none is needed',
    change: answered('vpn', 'n/a: public services'),
    expect: 'not-applicable',
  },
];

const egress =
  (...addresses: string[]): NonNullable<Case['change']> =>
  (integration) => {
    integration.egress = addresses;
  };

const STATIC_IP: Case[] = [
  ...KINDS.map(
    (kind): Case => ({
      question: 'static-ip',
      probe: 'seen-from',
      system: 'erp',
      variant: 'yes',
      what: `the echo sees the declared address through ${kind}`,
      check: () => checkThrough('static-ip', kind, { echo: (address) => address, change: egress('127.0.0.1') }),
      expect: 'verified',
      found: 'Runs come from 127.0.0.1',
    }),
  ),
  ...(
    [
      ['JSON', (address) => `{"ip":"${address}"}`, ['127.0.0.1']],
      ['JSON with another word', (address) => `{"origin": "${address}", "x": 1}`, ['127.0.0.0/8']],
      ['a line', (address) => `Current IP Address: ${address}\n`, ['10.0.0.0/8', '127.0.0.1']],
      ['a version 6 address', () => '2001:db8::17', ['2001:db8::/32']],
    ] as [string, (address: string) => string, string[]][]
  ).map(
    ([form, echo, addresses]): Case => ({
      question: 'static-ip',
      probe: 'seen-from',
      system: 'erp',
      variant: 'yes',
      what: `the echo answers with ${form}`,
      check: () => checkThrough('static-ip', 'http', { echo, change: egress(...addresses) }),
      expect: 'verified',
    }),
  ),
  ...([['203.0.113.7'], ['10.0.0.0/8'], ['2001:db8::/32'], ['203.0.113.7', '203.0.113.8']] as const).map(
    (addresses): Case => ({
      question: 'static-ip',
      probe: 'seen-from',
      system: 'erp',
      variant: 'lying',
      what: `${addresses.join(' and ')}, and the echo sees another`,
      check: () => checkThrough('static-ip', 'http', { echo: (address) => address, change: egress(...addresses) }),
      expect: 'contradicted',
      found: 'Runs come from 127.0.0.1, which is not declared',
    }),
  ),
  {
    question: 'static-ip',
    probe: 'seen-from',
    system: 'erp',
    variant: 'no',
    what: 'an echo that tells no address proves nothing',
    check: () => checkThrough('static-ip', 'http', { echo: () => 'hello', change: egress('127.0.0.1') }),
    expect: 'declared',
    found: 'without an address',
  },
  {
    question: 'static-ip',
    probe: 'seen-from',
    system: 'erp',
    variant: 'no',
    what: 'without an echo, nobody can tell',
    check: () => checkThrough('static-ip', 'http', { change: egress('127.0.0.1') }),
    expect: 'declared',
    found: 'No echo is named',
  },
  {
    question: 'static-ip',
    system: 'erp',
    variant: 'no',
    what: 'nobody says from where',
    check: () => checkThrough('static-ip', 'http'),
    expect: 'open',
  },
  { question: 'static-ip', system: 'erp', variant: 'no', what: 'it runs on this machine', expect: 'not-applicable' },
  {
    question: 'static-ip',
    probe: 'seen-from',
    system: null,
    variant: 'lying',
    what: 'a text in place of addresses',
    change: all(answered('static-ip', 'yes, allowed')),
    expect: 'declared',
    found: 'No address is declared',
  },
];

/** Whether and by which way the systems are reached. */
export const ACCESS_NETWORK: readonly Case[] = [...REACHABILITY, ...CERTIFICATES, ...BROKEN_WAYS, ...VPN, ...STATIC_IP];
