import { type ConnectorDefinition, connectorSchema } from '../../connector/definition.ts';
import { readYaml } from '../../connector/yaml-document.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { assemble } from './assemble.ts';
import { completeComponent, TooManyComponents } from './components.ts';
import { countComponents } from './count-components.ts';
import { isNode, listAt, type Node, typeOf } from './node.ts';
import { resolveReferences } from './references.ts';
import { connectorYaml } from './render.ts';
import type { ImportReport, StreamReport } from './report.ts';
import type { AirbyteSource } from './source.ts';

export interface AirbyteImport {
  definition: ConnectorDefinition;
  /** The connector file. */
  yaml: string;
  report: ImportReport;
}

const MOST_COMPONENTS = 500_000;

/** Turns a low-code manifest of Airbyte into a connector that reads. Runs nothing of it. */
export function importAirbyte(source: AirbyteSource): Result<AirbyteImport, Diagnostic[]> {
  const manifest = readManifest(source);
  if (!manifest.ok) return manifest;
  const assembled = assemble(manifest.value, source);
  const { input, streams, losses } = assembled;
  if (Object.keys(input.objects).length === 0) return fail([nothingImported(streams, source.file)]);
  const parsed = connectorSchema.safeParse(input);
  if (!parsed.success) return fail([unusable(parsed.error.issues[0]?.path.join('.') ?? '', source.file)]);
  const report = { streams, losses, components: countComponents(manifest.value) };
  return ok({ definition: parsed.data, yaml: connectorYaml(input, report), report });
}

export type { AirbyteSource, ImportReport, StreamReport };

/** The manifest with its references followed and its components completed. */
export function readManifest({ text, file }: Pick<AirbyteSource, 'text' | 'file'>): Result<Node, Diagnostic[]> {
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const { data } = read.value;
  if (!isNode(data) || !isManifest(data)) return fail([noManifest(file)]);
  const resolved = resolveReferences(data);
  if (!resolved.ok) return fail([{ ...resolved.error, where: { file } }]);
  try {
    return ok(
      completeComponent('', { ...resolved.value, type: 'DeclarativeSource' }, {}, { left: MOST_COMPONENTS, depth: 0 }),
    );
  } catch (error) {
    if (error instanceof TooManyComponents) return fail([tooManyComponents(file)]);
    throw error;
  }
}

const isManifest = (data: Node) =>
  typeOf(data) === 'DeclarativeSource' ||
  listAt(data, 'streams').length > 0 ||
  listAt(data, 'dynamic_streams').length > 0;

const noManifest = (file: string): Diagnostic =>
  problem('manifest-unknown', 'The file is no declarative manifest of Airbyte', {
    detail: 'It needs type: DeclarativeSource and streams.',
    where: { file },
    next: 'Give the manifest.yaml of a low-code source connector',
  });

const tooManyComponents = (file: string): Diagnostic =>
  problem('manifest-too-large', 'The manifest comes to too many components', {
    detail: `With its references followed it has more than ${MOST_COMPONENTS}, or they are nested too deeply.`,
    where: { file },
  });

function nothingImported(streams: readonly StreamReport[], file: string): Diagnostic {
  const reasons = [...new Set(streams.map((stream) => stream.refusedFor ?? ''))].slice(0, 5).join('; ');
  return problem('manifest-needs-code', 'No stream of the manifest can be imported', {
    detail: streams.length === 0 ? 'It has no streams.' : `They need: ${reasons}.`,
    where: { file },
    next: 'Import an OpenAPI description of the system instead, or write the connector by hand',
  });
}

const unusable = (path: string, file: string): Diagnostic =>
  problem('manifest-unusable', 'The manifest does not come to a connector', {
    detail: `What it says for ${path} is not valid in one.`,
    where: { file },
  });

/** The name of a connector, of the file or folder it comes from: source-pipedrive.yaml gives pipedrive. */
export function connectorName(path: string): string {
  const steps = path.split(/[\\/]/).filter((step) => step !== '' && step !== '.' && step !== '..');
  const last = steps.at(-1)?.replace(/\.(ya?ml|json)$/i, '') ?? '';
  const base = last === 'manifest' ? (steps.at(-2) ?? last) : last;
  const name = base
    .replace(/^source-/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return name === '' ? 'connector' : name;
}
