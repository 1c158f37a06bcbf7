import type { MailServer } from '../platform/mail.ts';
import { fillIn } from './fill-in.ts';
import type { Findings } from './findings.ts';
import { reportUnset } from './load-proxy.ts';
import type { IntegrationFile } from './schema.ts';

type SmtpFile = NonNullable<NonNullable<IntegrationFile['errors']>['smtp']>;

const PORTS: Record<MailServer['security'], number> = { tls: 465, starttls: 587, none: 25 };

/** The mail server of error messages; null where none is named, or none that can be used. */
export function loadMail(
  { errors }: IntegrationFile,
  variables: Readonly<Record<string, string | undefined>>,
  findings: Findings,
): MailServer | null {
  const smtp = errors?.smtp;
  if (!smtp) return null;
  const path = ['errors', 'smtp'];
  const fill = (key: Exclude<keyof SmtpFile, 'port' | 'security'>): string | null => {
    const text = smtp[key];
    if (text === undefined) return null;
    const { text: filled, unset } = fillIn(text, variables);
    for (const one of unset) reportUnset(one, [...path, key], findings);
    return unset.length === 0 ? filled : null;
  };
  const [host, user, password, from] = [fill('host'), fill('user'), fill('password'), fill('from')];
  checkPassword(smtp, path, findings);
  if (smtp.security === 'none' && host !== null && user !== null && !isNear(host)) {
    findings.error('mail-plain', 'The password of the mail server would be sent unencrypted', [...path, 'security'], {
      next: 'Set security to starttls or tls',
    });
  }
  if (host === null || from === null) return null;
  return { host, port: smtp.port ?? PORTS[smtp.security], security: smtp.security, user, password, from };
}

/** Who gets the error messages: mail addresses, and addresses of web services, which may hold a secret. */
export function loadRecipients(
  { errors }: IntegrationFile,
  variables: Readonly<Record<string, string | undefined>>,
  findings: Findings,
): string[] {
  return (errors?.to ?? []).flatMap((text, at) => {
    const { text: filled, unset } = fillIn(text, variables);
    for (const one of unset) reportUnset(one, ['errors', 'to', at], findings);
    if (/^https?:\/\/[^/]+\/./i.test(text) && !text.includes('${')) {
      findings.warning('secret-in-file', 'The address of a web service stands in the file', ['errors', 'to', at], {
        detail: 'Whoever knows the address of a channel can write there.',
        next: 'Put it into the .env file beside this one, and write ${NAME} here',
      });
    }
    return unset.length === 0 ? [filled] : [];
  });
}

function checkPassword({ user, password }: SmtpFile, path: string[], findings: Findings): void {
  if (password !== undefined && password !== '' && !password.includes('${')) {
    findings.error('secret-in-file', 'The password of the mail server stands in the file', [...path, 'password'], {
      detail: 'Secrets do not belong into the integration file, which is shared and kept.',
      next: 'Put it into the .env file beside this one, e.g. SMTP_PASSWORD=…, and write ${SMTP_PASSWORD} here',
    });
  }
  if ((user === undefined) !== (password === undefined)) {
    findings.error('mail-credentials', 'The mail server needs both user and password, or neither', path);
  }
}

/** This machine, where nobody listens in between. */
const isNear = (host: string): boolean => /^(localhost|::1|127(\.\d{1,3}){3})$/.test(host);
