import type { LoadedIntegration } from '../../../src/integration/loaded.ts';
import { openReceiver } from '../../../src/platform/http-receiver.ts';
import type { MailServer } from '../../../src/platform/mail.ts';
import { openCheckWorld } from '../../check-world.ts';
import { openMailServer } from '../../mail-server.ts';
import { all, answered, type Case } from '../case.ts';

type MailOptions = Parameters<typeof openMailServer>;

const ADA = 'ada@company.example';
const BOB = 'bob@company.example';

interface Mail {
  to?: string[];
  /** What the server is like. */
  server?: MailOptions;
  /** What the file says of it otherwise. */
  declared?: Partial<MailServer>;
  write?: boolean;
  /** It has gone before it is asked. */
  closed?: boolean;
}

/** A check with a mail server of its own. */
const withMail = ({ to = [ADA], server = [[ADA, BOB]], declared = {}, write = false, closed = false }: Mail) => ({
  async check() {
    const mail = await openMailServer(...server);
    const world = await openCheckWorld();
    if (closed) await mail.close();
    try {
      return await world.check({
        write,
        options: { only: ['error-recipients'] },
        change(integration: LoadedIntegration) {
          integration.errorsTo = to;
          integration.mail = {
            host: '127.0.0.1',
            port: mail.port,
            security: 'none',
            user: null,
            password: null,
            from: 'dovetail@company.example',
            ...declared,
          };
        },
      });
    } finally {
      await world.close();
      if (!closed) await mail.close();
    }
  },
});

/** A check whose errors go to a web service that answers so, with the address hidden. */
const withService = (status: number, write: boolean) => ({
  async check() {
    const heard: string[] = [];
    const receiver = await openReceiver({ port: 0, everywhere: false }, ({ method, body }) => {
      heard.push(`${method} ${Buffer.from(body).toString('utf8')}`);
      return { status: method === 'GET' ? 405 : status, headers: {}, body: '' };
    });
    if (!receiver.ok) throw new Error(receiver.error.summary);
    const world = await openCheckWorld();
    try {
      const report = await world.check({
        write,
        options: { only: ['error-recipients'] },
        change(integration: LoadedIntegration) {
          integration.errorsTo = [`http://127.0.0.1:${receiver.value.port}/hooks/very-secret`];
        },
      });
      if (JSON.stringify(report).includes('very-secret')) throw new Error('the report tells the address');
      if (heard.some((one) => one.startsWith('POST')) !== write) throw new Error('a message was sent without leave');
      return report;
    } finally {
      await world.close();
      await receiver.value.close();
    }
  },
});

const base = { question: 'error-recipients', system: null } as const;
const lie = { ...base, probe: 'recipients', variant: 'lying', expect: 'contradicted' } as const;
const password = { server: [[ADA], { password: 'right' }] as MailOptions };

export const RECIPIENTS: readonly Case[] = [
  {
    ...base,
    ...withService(200, true),
    probe: 'test-message',
    variant: 'yes',
    what: 'a web service took a test message',
    expect: 'verified',
    found: 'A test message was taken for 1 recipient',
  },
  {
    ...base,
    ...withService(200, false),
    probe: 'recipients',
    variant: 'no',
    what: 'a web service that was sent nothing',
    expect: 'declared',
    found: 'Messages would be taken for 1 recipient',
  },
  {
    ...base,
    ...withService(410, true),
    probe: 'test-message',
    variant: 'lying',
    what: 'a web service that takes no messages any more',
    expect: 'contradicted',
    found: 'Messages are refused for a web service at 127.0.0.1',
  },
  {
    ...base,
    ...withMail({ write: true }),
    probe: 'test-message',
    variant: 'yes',
    what: 'a server took a test message',
    expect: 'verified',
    found: 'A test message was taken for 1 recipient',
  },
  {
    ...base,
    ...withMail({
      to: [ADA, BOB],
      write: true,
      ...password,
      server: [[ADA, BOB], { password: 'right' }],
      declared: { user: 'dovetail', password: 'right' },
    }),
    probe: 'recipients',
    variant: 'yes',
    what: 'a server with credentials, two recipients',
    expect: 'verified',
    found: 'Messages would be taken for 2 recipients',
  },
  {
    ...base,
    ...withMail({}),
    variant: 'no',
    what: 'a server that would take them, and was sent nothing',
    expect: 'declared',
    found: 'Messages would be taken for 1 recipient',
  },
  {
    ...base,
    probe: 'recipients',
    variant: 'no',
    what: 'no mail server is named',
    expect: 'declared',
    found: 'No mail server is named',
  },
  {
    ...base,
    variant: 'no',
    what: 'nobody is named',
    change: (integration) => {
      integration.errorsTo = [];
    },
    expect: 'open',
    found: 'nobody',
  },
  {
    ...base,
    variant: 'no',
    what: 'it does not arise',
    change: answered('error-recipients', 'n/a: somebody looks every morning'),
    expect: 'not-applicable',
  },
  {
    ...base,
    probe: 'recipients',
    variant: 'no',
    what: 'a text in place of addresses',
    change: all(answered('error-recipients', 'the back office'), (integration) => {
      integration.errorsTo = [];
    }),
    expect: 'declared',
    found: 'No mail server is named',
  },
  {
    ...lie,
    ...withMail({ to: ['nobody@company.example'] }),
    what: 'a recipient that the server does not know',
    found: 'Messages are refused for nobody@company.example',
  },
  {
    ...lie,
    ...withMail({ to: [ADA, 'left@company.example', BOB] }),
    what: 'one of three who has left',
    found: 'left@company.example',
  },
  {
    ...lie,
    ...withMail({ to: ['the back office'] }),
    what: 'a recipient without an address',
    found: 'is no mail address',
  },
  { ...lie, ...withMail({ to: [`${ADA}, ${BOB}`] }), what: 'two addresses in one', found: 'is no mail address' },
  {
    ...lie,
    ...withMail({ ...password, declared: { user: 'dovetail', password: 'wrong' } }),
    what: 'a wrong password',
    found: 'does not accept the credentials',
  },
  { ...lie, ...withMail(password), what: 'no credentials for a server that asks for some', found: 'refuses mail from' },
  {
    ...lie,
    ...withMail({ server: [[ADA], { sender: 'other@company.example' }] }),
    what: 'a sender that the server does not take mail from',
    found: 'refuses mail from dovetail@company.example',
  },
  {
    ...lie,
    ...withMail({ declared: { security: 'starttls' } }),
    what: 'encryption that the server does not offer',
    found: 'offers no usable encryption',
  },
  { ...lie, ...withMail({ closed: true }), what: 'a server that is not there', found: 'can not be reached' },
  {
    ...base,
    ...withMail({
      to: [ADA],
      write: true,
      server: [
        [ADA],
        {},
        {
          onData: (stream, _, done) => {
            stream.resume();
            stream.on('end', () => done(Object.assign(new Error('spam'), { responseCode: 554 })));
          },
        },
      ],
    }),
    probe: 'test-message',
    variant: 'lying',
    what: 'a server that knows the recipient and refuses the message',
    expect: 'contradicted',
    found: 'SMTP 554',
  },
];
