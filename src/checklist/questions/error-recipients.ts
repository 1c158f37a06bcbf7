import type { RecipientAnswer } from '../../platform/mail.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { counted, declared, fromFileOr, listed, open, someOf } from '../answers.ts';
import { toldBy } from '../failure.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import { isService, postToServices, reachServices, shownRecipient } from '../recipients.ts';

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
      const by = mail === null || errorsTo.every(isService) ? '' : `, by ${mail.host}:${mail.port}`;
      return [declared(null, `${listed(errorsTo.map(shownRecipient))}${by}`)];
    }),
  probes: [
    { id: 'recipients', once: true, ask: askRecipients },
    {
      id: 'test-message',
      writes: true,
      // One message, whatever the number of systems.
      applies: ({ mail, errorsTo }, side) =>
        side === 'a' && errorsTo.length > 0 && (mail !== null || errorsTo.every(isService)),
      ask: sendTest,
    },
  ],
};

/** Whether messages would be taken for them: asked up to the point at which one would be sent. */
async function askRecipients({ integration, platform }: ProbeContext): Promise<Observation> {
  const { mail, errorsTo } = integration;
  const asked = 'the mail server, whether it takes messages for the recipients, and web services, whether they answer';
  const addresses = errorsTo.filter((one) => !isService(one));
  if (errorsTo.length === 0 || (mail === null && addresses.length > 0)) {
    const next =
      errorsTo.length === 0
        ? 'Add errors: { to: [<address>] } to the integration file'
        : 'Name the mail server under errors: { smtp: { host, from, … } }';
    return { verdict: 'unknown', asked, facts: {}, found: 'No mail server is named, so nothing reaches them', next };
  }
  const strange = addresses.filter((address) => !ADDRESS.test(address));
  if (strange.length > 0) {
    const next = 'Correct it under errors.to';
    return { verdict: 'contradicts', asked, facts: {}, found: `${someOf(strange)} is no mail address`, next };
  }
  const answers = await reachServices(errorsTo.filter(isService), platform);
  if (mail !== null && addresses.length > 0) {
    const { tryRecipients } = await import('../../platform/mail-smtp.ts');
    const told = await tryRecipients(mail, addresses);
    if (!told.ok) return unsent(asked, told.error);
    answers.push(...told.value);
  }
  return ofAnswers(asked, answers, 'Messages would be taken for');
}

/** One address, as servers take it between < and >. */
const ADDRESS = /^[^\s<>@,;]+@[^\s<>@,;]+$/;

/** The message that tells people that they would be told. */
async function sendTest({ integration, platform }: ProbeContext): Promise<Observation> {
  const { mail, errorsTo, name, environment } = integration;
  const asked = 'the mail server and web services, to take a test message for the recipients';
  const subject = `Dovetail test message: ${name} (${environment})`;
  const text =
    `This is a test, nothing has failed.\n\nYou are named under "errors" of the integration ${name}: messages about runs ` +
    'that fail reach you here. If you should not get them, please tell whoever runs the integration.\n';
  const answers = await postToServices(errorsTo.filter(isService), `${subject}\n\n${text}`, platform);
  const addresses = errorsTo.filter((one) => !isService(one));
  if (mail !== null && addresses.length > 0) {
    const { sendMail } = await import('../../platform/mail-smtp.ts');
    const sent = await sendMail(mail, addresses, { subject, text });
    if (!sent.ok) return unsent(asked, sent.error);
    answers.push(...sent.value);
  }
  return ofAnswers(asked, answers, 'A test message was taken for');
}

function ofAnswers(asked: string, answers: readonly RecipientAnswer[], taken: string): Observation {
  const refused = answers.filter(({ accepted }) => !accepted);
  const facts = { recipients: answers.length, refused: refused.length, code: refused[0]?.code ?? null };
  if (refused.length === 0) {
    return { verdict: 'holds', asked, facts, found: `${taken} ${counted(answers.length, 'recipient')}` };
  }
  const findings = refused.map(
    ({ address, code }): Diagnostic => ({
      severity: 'error',
      code: 'recipient-refused',
      summary: `Messages for ${address} are refused`,
      ...(code === null ? {} : { detail: `The answer was ${code}.` }),
      next: 'Correct the address under errors.to',
    }),
  );
  const found = `Messages are refused for ${someOf(refused.map(({ address }) => address))}`;
  return { verdict: 'contradicts', asked, facts, found, findings, next: 'Correct the addresses under errors.to' };
}

function unsent(asked: string, error: Diagnostic): Observation {
  const next = error.next ?? 'Check errors.smtp';
  return { verdict: 'contradicts', asked, facts: { failure: error.code }, found: toldBy(error), next };
}
