import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language } from '../../checklist/report/words.ts';
import { TICKETS, type TicketKind } from '../../checklist/ticket/texts.ts';
import { type Ticket, writeTicket } from '../../checklist/ticket/ticket.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { knownSystem } from '../mappings.ts';
import { loadFile } from '../open.ts';
import { openOutput } from '../output.ts';

interface TicketOptions extends CommonOptions {
  language: Language;
}

export function addTicket(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('ticket'))
    .summary("a mail to the other side's administrator")
    .description(
      'Writes the mail that asks the administrator of a system for what only they can give, complete, from what the ' +
        'integration file says. Asks neither system, sends nothing, and holds no secret.',
    )
    .argument('<kind>', TICKETS.join(', '), toKind)
    .argument('<system>', 'its name in the integration file')
    .addOption(new Option('--language <code>', 'of the mail').choices(LANGUAGES).default('en'))
    .action(async (kind: TicketKind, system: string, options: TicketOptions) => {
      cli.exit = await ticket(cli, kind, system, options);
    });
  withExamples(
    command,
    'dovetail ticket static-ip erp --env production',
    'dovetail ticket credentials crm --language de',
  );
}

function toKind(text: string): TicketKind {
  const kind = TICKETS.find((one) => one === text);
  if (kind) return kind;
  throw new InvalidArgumentError(`Expected one of ${TICKETS.join(', ')}.`);
}

async function ticket(cli: Cli, kind: TicketKind, system: string, options: TicketOptions): Promise<ExitCode> {
  const output = openOutput(cli.terminal, options.json === true);
  // What is asked for is not there yet: a credential, an address.
  const loaded = await loadFile(cli.terminal, options, { kept: () => 'not known yet' });
  if (!loaded.ok) return output.failure(EXIT.usage, loaded.error);
  const side = knownSystem(loaded.value, system);
  if (!side.ok) return output.failure(EXIT.usage, [side.error]);
  const written = writeTicket(kind, loaded.value, side.value, options.language);
  if (!written.ok) return output.failure(EXIT.usage, [written.error]);
  output.document(written.value, ticketText);
  return EXIT.done;
}

const ticketText = ({ to, subject, body }: Ticket): string =>
  `${to === null ? '' : `To: ${to}\n`}Subject: ${subject}\n\n${body}\n`;
