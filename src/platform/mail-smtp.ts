import { createTransport } from 'nodemailer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { MailMessage, MailServer, RecipientAnswer } from './mail.ts';

/** Loaded by whoever sends mail, and by nobody else. */

const TIMEOUT_MS = 10_000;

const optionsOf = ({ host, port, security }: MailServer) => ({
  host,
  port,
  secure: security === 'tls',
  requireTLS: security === 'starttls',
  ignoreTLS: security === 'none',
  connectionTimeout: TIMEOUT_MS,
  greetingTimeout: TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
});

/** The name under which the dry run is started; no server hears of it. */
const DRY_RUN = 'DOVETAIL-DRY-RUN';

/**
 * Asks the server, with credentials, whether it takes mail for each recipient: MAIL FROM and RCPT TO, then RSET (RFC 5321,
 * 4.1.1). Nothing is sent. The library speaks commands of one's own within a method of authentication that it does not know;
 * that is its only public place for them.
 */
export function tryRecipients(server: MailServer, addresses: readonly string[]): Promise<Result<RecipientAnswer[]>> {
  const unusable = [server.from, ...addresses].find((address) => /[\s<>]/.test(address));
  if (unusable !== undefined) return Promise.resolve(fail(problem('mail-address', 'An address can not be used')));
  return new Promise((resolve) => {
    const answers: RecipientAnswer[] = [];
    const connection = new SMTPConnection({
      ...optionsOf(server),
      customAuth: {
        [DRY_RUN]: async ({ sendCommand, resolve: done, reject }) => {
          const from = await sendCommand(`MAIL FROM:<${server.from}>`);
          if (from.status !== 250) return reject(new Error('sender'));
          for (const address of addresses) {
            const { status } = await sendCommand(`RCPT TO:<${address}>`);
            answers.push({ address, accepted: status === 250 || status === 251, code: status || null });
          }
          await sendCommand('RSET');
          return done();
        },
      },
    });
    const end = (result: Result<RecipientAnswer[]>) => {
      connection.quit();
      resolve(result);
    };
    // Also what comes after the end, which is nobody's any more.
    connection.on('error', (error) => resolve(fail(mailFailure(error, server))));
    const dryRun = () =>
      connection.login({ method: DRY_RUN }, (error) => end(error ? fail(senderRefused(server)) : ok(answers)));
    connection.connect((error) => {
      if (error) return resolve(fail(mailFailure(error, server)));
      const { user, password } = server;
      if (user === null) return dryRun();
      return connection.login({ user, pass: password ?? '' }, (refused) =>
        refused ? end(fail(mailFailure(refused, server))) : dryRun(),
      );
    });
  });
}

/** Sends a message; what comes back is what the server said to each recipient. */
export async function sendMail(
  server: MailServer,
  addresses: readonly string[],
  { subject, text }: MailMessage,
): Promise<Result<RecipientAnswer[]>> {
  const { user, password, from } = server;
  const transport = createTransport({
    ...optionsOf(server),
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { accepted } = await transport.sendMail({ from, to: [...addresses], subject, text });
    return ok(addresses.map((address) => ({ address, accepted: accepted.includes(address), code: null })));
  } catch (error) {
    return fail(mailFailure(error, server));
  } finally {
    transport.close();
  }
}

const SUMMARIES: Record<string, [code: string, summary: string, next: string]> = {
  EAUTH: ['mail-auth-failed', 'does not accept the credentials', 'Check user and password of errors.smtp'],
  ENOAUTH: ['mail-auth-failed', 'asks for credentials', 'Add user and password to errors.smtp'],
  ETLS: ['mail-tls', 'offers no usable encryption', 'Check errors.smtp.security, and the certificate of the server'],
  EENVELOPE: ['mail-refused', 'refuses sender or recipients', 'Check errors.smtp.from and errors.to'],
  EDNS: ['mail-unreachable', 'has no address in the DNS', 'Check errors.smtp.host'],
};
const UNREACHABLE = ['mail-unreachable', 'can not be reached', 'Check errors.smtp, and the firewall'] as const;

/** By the library's code; words of servers are left out, since they may repeat what was sent. */
function mailFailure(error: unknown, { host, port }: MailServer): Diagnostic {
  const told = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const status = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN;
  const [code, summary, next] = SUMMARIES[told] ?? UNREACHABLE;
  const seen = Number.isNaN(status) ? told : `SMTP ${status}`;
  return problem(code, `The mail server ${host}:${port} ${summary}`, { ...(seen ? { detail: `${seen}.` } : {}), next });
}

const senderRefused = ({ host, port, from }: MailServer): Diagnostic =>
  problem('mail-refused', `The mail server ${host}:${port} refuses mail from ${from}`, {
    next: 'Check errors.smtp.from, and whether the server asks for credentials',
  });
