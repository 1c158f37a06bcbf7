import type { RecipientAnswer } from '../../platform/mail.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { counted, declared, fromFileOr, listed, open, someOf } from '../answers.ts';
import { toldBy } from '../failure.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const errorRecipients: Question = {
  id: 'error-recipients',
  text: 'Who gets the error messages if a run fails?',
  why: 'A run that fails without a reader is found weeks later, by a customer.',
  german: {
    text: 'Wer bekommt die Fehlermeldungen, wenn ein Lauf scheitert?',
    why: 'Ein gescheiterter Lauf ohne Leser wird Wochen später gefunden, von einem Kunden.',
  },
  theme: 'operation',
  ask: 'owner',
  blocks: 'production',
  answers: (integration) =>
    fromFileOr(integration, 'error-recipients', () => {
      const { errorsTo, mail } = integration;
      if (errorsTo.length === 0)
        return [open(null, 'nobody', 'Add errors: { to: [<address>] } to the integration file')];
      const by = mail === null ? '' : `, by ${mail.host}:${mail.port}`;
      return [declared(null, `${listed(errorsTo)}${by}`)];
    }),
  probes: [
    { id: 'recipients', once: true, ask: askRecipients },
    {
      id: 'test-message',
      writes: true,
      // One message, whatever the number of systems.
      applies: (integration, side) => side === 'a' && integration.mail !== null && integration.errorsTo.length > 0,
      ask: sendTest,
    },
  ],
};

/** Whether the mail server takes messages for them: asked up to the point at which a message would be sent. */
async function askRecipients({ integration }: ProbeContext): Promise<Observation> {
  const { mail, errorsTo } = integration;
  const asked = 'the mail server, whether it takes messages for the recipients; none is sent';
  if (errorsTo.length === 0 || mail === null) {
    const next =
      errorsTo.length === 0
        ? 'Add errors: { to: [<address>] } to the integration file'
        : 'Name the mail server under errors: { smtp: { host, from, … } }';
    return { verdict: 'unknown', asked, facts: {}, found: 'No mail server is named, so nothing reaches them', next };
  }
  const strange = errorsTo.filter((address) => !ADDRESS.test(address));
  if (strange.length > 0) {
    const next = 'Correct it under errors.to';
    return { verdict: 'contradicts', asked, facts: {}, found: `${someOf(strange)} is no mail address`, next };
  }
  const { tryRecipients } = await import('../../platform/mail-smtp.ts');
  const answers = await tryRecipients(mail, errorsTo);
  if (!answers.ok) return unsent(asked, answers.error);
  return ofAnswers(asked, answers.value, 'It takes messages for');
}

/** One address, as servers take it between < and >. */
const ADDRESS = /^[^\s<>@,;]+@[^\s<>@,;]+$/;

/** The message that tells people that they would be told. */
async function sendTest({ integration }: ProbeContext): Promise<Observation> {
  const { mail, errorsTo, name, environment } = integration;
  const asked = 'the mail server, to take a test message for the recipients';
  if (mail === null) return { verdict: 'unknown', asked, facts: {}, found: 'No mail server is named' };
  const { sendMail } = await import('../../platform/mail-smtp.ts');
  const sent = await sendMail(mail, errorsTo, {
    subject: `Dovetail test message: ${name} (${environment})`,
    text:
      `This is a test, nothing has failed.\n\nYou are named under "errors" of the integration ${name}: messages about runs ` +
      'that fail reach you here. If you should not get them, please tell whoever runs the integration.\n',
  });
  if (!sent.ok) return unsent(asked, sent.error);
  return ofAnswers(asked, sent.value, 'It took a test message for');
}

function ofAnswers(asked: string, answers: readonly RecipientAnswer[], takes: string): Observation {
  const refused = answers.filter(({ accepted }) => !accepted);
  const facts = { recipients: answers.length, refused: refused.length, code: refused[0]?.code ?? null };
  if (refused.length === 0) {
    return { verdict: 'holds', asked, facts, found: `${takes} ${counted(answers.length, 'recipient')}` };
  }
  const findings = refused.map(
    ({ address, code }): Diagnostic => ({
      severity: 'error',
      code: 'recipient-refused',
      summary: `The mail server refuses messages for ${address}`,
      ...(code === null ? {} : { detail: `SMTP ${code}.` }),
      next: 'Correct the address under errors.to',
    }),
  );
  const found = `It refuses messages for ${someOf(refused.map(({ address }) => address))}`;
  return { verdict: 'contradicts', asked, facts, found, findings, next: 'Correct the addresses under errors.to' };
}

function unsent(asked: string, error: Diagnostic): Observation {
  const next = error.next ?? 'Check errors.smtp';
  return { verdict: 'contradicts', asked, facts: { failure: error.code }, found: toldBy(error), next };
}
