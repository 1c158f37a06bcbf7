import { stringify } from 'yaml';
import type { ConnectorInput } from './assemble.ts';
import { type ImportReport, lossLines } from './report.ts';

/** The connector file, with what was not imported at its top and beside its objects. */
export function connectorYaml(input: ConnectorInput, report: ImportReport): string {
  const refused = report.streams.filter((stream) => stream.outcome === 'refused');
  const lines = [
    '# yaml-language-server: $schema=../../../schemas/connector.schema.json',
    '#',
    `# Imported from a declarative manifest of Airbyte (${input.origin?.source ?? ''}). It reads; it does not write.`,
    ...report.losses.map((loss) => `# Not imported: ${oneLine(loss)}.`),
    ...refused.map(
      (stream) => `# Stream ${oneLine(stream.stream)} was not imported: it needs ${oneLine(stream.refusedFor ?? '')}.`,
    ),
    ...lossLines(report.streams).map((loss) => `# Lost: ${oneLine(loss)}.`),
    '',
  ];
  return `${lines.join('\n')}\n${stringify(input, { lineWidth: 120, aliasDuplicateObjects: false })}`;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').slice(0, 300);
