import { afterEach, describe, expect, test } from 'vitest';
import { type MailWorld, openMailServer } from '../../test/mail-server.ts';
import type { MailServer } from './mail.ts';
import { sendMail, tryRecipients } from './mail-smtp.ts';

const open: MailWorld[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

async function server(...given: Parameters<typeof openMailServer>): Promise<MailWorld> {
  const world = await openMailServer(...given);
  open.push(world);
  return world;
}

const at = ({ port }: { port: number }, more: Partial<MailServer> = {}): MailServer => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  user: null,
  password: null,
  from: 'dovetail@company.example',
  ...more,
});

describe('a dry run', () => {
  test('asks for each recipient, and sends nothing', async () => {
    const world = await server(['ada@company.example']);
    expect(await tryRecipients(at(world), ['ada@company.example', 'bob@company.example'])).toEqual({
      ok: true,
      value: [
        { address: 'ada@company.example', accepted: true, code: 250 },
        { address: 'bob@company.example', accepted: false, code: 550 },
      ],
    });
    expect(world.heard).toEqual([
      'MAIL dovetail@company.example',
      'RCPT ada@company.example',
      'RCPT bob@company.example',
    ]);
    expect(world.messages).toEqual([]);
  });

  test('with credentials', async () => {
    const world = await server(['ada@company.example'], { password: 'right' });
    const asked = await tryRecipients(at(world, { user: 'dovetail', password: 'right' }), ['ada@company.example']);
    expect(asked).toMatchObject({ ok: true, value: [{ accepted: true }] });
    expect(world.heard[0]).toBe('AUTH');
  });

  test.each<[string, Parameters<typeof openMailServer>, Partial<MailServer>, string]>([
    ['wrong credentials', [[], { password: 'right' }], { user: 'dovetail', password: 'wrong' }, 'mail-auth-failed'],
    ['no credentials where some are asked for', [[], { password: 'right' }], {}, 'mail-refused'],
    ['a sender that it does not take mail from', [[], { sender: 'other@company.example' }], {}, 'mail-refused'],
    ['no encryption where some is asked for', [[]], { security: 'starttls' }, 'mail-tls'],
    ['a line break in the sender', [[]], { from: 'a@b.example>\r\nRCPT TO:<c@d.example' }, 'mail-address'],
  ])('%s', async (_, world, more, code) => {
    const asked = await tryRecipients(at(await server(...world), more), ['ada@company.example']);
    expect(asked).toMatchObject({ ok: false, error: { code } });
    expect(JSON.stringify(asked)).not.toContain('wrong');
  });

  test('nobody there', async () => {
    const world = await openMailServer([]);
    await world.close();
    const asked = await tryRecipients(at(world), ['ada@company.example']);
    expect(asked).toMatchObject({ ok: false, error: { code: 'mail-unreachable' } });
  });
});

describe('a message', () => {
  test('is taken whole, for those that the server knows', async () => {
    const world = await server(['ada@company.example']);
    const sent = await sendMail(at(world), ['ada@company.example', 'bob@company.example'], {
      subject: 'Test',
      text: 'Nothing happened.',
    });
    expect(sent).toMatchObject({ ok: true, value: [{ accepted: true }, { accepted: false }] });
    expect(world.messages).toHaveLength(1);
    expect(world.messages[0]).toMatch(/^Subject: Test\r$/m);
    expect(world.messages[0]).toContain('Nothing happened.');
  });

  test('for nobody that it knows is refused', async () => {
    const world = await server([]);
    const sent = await sendMail(at(world), ['bob@company.example'], { subject: 'Test', text: '' });
    expect(sent).toMatchObject({ ok: false, error: { code: 'mail-refused', detail: 'SMTP 550.' } });
  });
});
