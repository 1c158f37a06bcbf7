import type { ConnectorEntry } from '../connectors-report.ts';
import type { Style } from './style.ts';
import { table } from './text.ts';

/** One line per connector, the verified ones told from the others. */
export function connectorsText({ connectors }: { connectors: ConnectorEntry[] }, { colours }: Style): string {
  const rows = connectors.map((one) => [
    one.name,
    one.title,
    one.objects.map(({ name }) => name).join(', '),
    one.verified === null ? colours.yellow('unverified') : colours.green('verified'),
  ]);
  return [
    ...table([['name', 'system', 'objects', ''], ...rows]),
    '',
    'verified: its requests were checked against the vendor’s API description or a real server. unverified: written from the',
    'documentation alone; run `dovetail connector learn` against a staging account before you trust it.',
    '',
    'One of them: dovetail connectors <name>. Any other: dovetail connector import openapi <file or address>',
    '',
  ].join('\n');
}

export function connectorText({ connector }: { connector: ConnectorEntry }, { colours }: Style): string {
  const { title, name, protocol, description, docs, verified, variables, objects, webhooks } = connector;
  const needs = variables.map((one) => [
    `  ${one.name}`,
    one.secret ? 'secret' : '',
    one.needed ? '' : 'optional',
    one.describe ?? '',
  ]);
  return [
    `${colours.bold(title)} (${name}, ${protocol})${description === null ? '' : `: ${description}`}`,
    ...(docs === null ? [] : [docs]),
    verified === null
      ? colours.yellow('Unverified: written from the documentation alone.')
      : colours.green(`Verified against ${verified}.`),
    '',
    'It needs',
    ...table(needs),
    '',
    'It can',
    ...table(objects.map((one) => [`  ${one.name}`, one.can.join(', ')])),
    ...(webhooks ? ['', 'Webhooks are declared.'] : []),
    '',
  ].join('\n');
}
