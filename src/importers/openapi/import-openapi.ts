import { createHash } from 'node:crypto';
import { type ConnectorDefinition, connectorSchema, type Ground } from '../../connector/definition.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type AccessPart, accessOf } from './access.ts';
import { baseUrlOf, oneLine } from './base-url.ts';
import { type Description, describe, type Operation } from './description.ts';
import type { Finding } from './finding.ts';
import { objectOf } from './object-draft.ts';
import { readDescription } from './read-description.ts';
import { ImportStopped, type OtherFiles, References } from './references.ts';
import { requiredHeaders, type Variables } from './request-paths.ts';
import { compare, type Resource, resourcesOf } from './resources.ts';
import { Shapes } from './shape.ts';

/** A document that was read, ready to be turned into a connector. */
export interface OpenapiImport {
  description: Description;
  shapes: Shapes;
  resources: Resource[];
  digest: string;
}

/** Reads a document: its text to what it offers. Fetches nothing; `others` gives the files that references may lead to. */
export function readOpenapi(text: string, file: string, others?: OtherFiles): Result<OpenapiImport> {
  const root = readDescription(text, file);
  if (!root.ok) return root;
  return guarded(() => {
    const references = new References(root.value, file, others);
    const described = describe(root.value, references, file);
    if (!described.ok) return described;
    const shapes = new Shapes(references);
    const resources = resourcesOf(described.value, shapes);
    const digest = createHash('sha256').update(text).digest('hex');
    return ok({ description: described.value, shapes, resources, digest });
  });
}

/** A connector as it goes into the file: valid, without defaults, keys in the order of the docs. */
export interface ConnectorDraft {
  draft: Record<string, unknown>;
  definition: ConnectorDefinition;
  access: AccessPart;
  grounds: Ground[];
  /** Objects that were not asked for, but that others stand under. */
  added: string[];
  remarks: Diagnostic[];
}

/** The connector for the named objects (all where `names` is null), with the objects that they stand under. */
export function connectorOf(
  read: OpenapiImport,
  names: readonly string[] | null,
  source: string,
): Result<ConnectorDraft> {
  return guarded(() => build(read, names, source));
}

function build(read: OpenapiImport, names: readonly string[] | null, source: string): Result<ConnectorDraft> {
  const { description, shapes, resources, digest } = read;
  const wanted = resources.filter((one) => names === null || names.includes(one.name));
  const picked = withParents(wanted, resources);
  const operations = picked.flatMap(operationsOf);
  const access = accessOf(description, operations.length > 0 ? operations : description.operations);
  const base = baseUrlOf(description, source);
  const variables: Variables = { ...base.variables, ...access.variables };
  const sent = new Set(
    [...Object.keys(access.headers), String(access.auth.value.header ?? '')].map((name) => name.toLowerCase()),
  );
  const headers = { ...access.headers, ...requiredHeaders(operations, shapes, sent, variables) };
  const sentAlways = new Set([...Object.keys(access.query), String(access.auth.value.query ?? '')]);
  const parts = picked.map((resource) => ({
    resource,
    ...objectOf(resource, { shapes, objects: picked, sentAlways, variables }),
  }));
  const grounds: Ground[] = [groundOf('base_url', base.baseUrl), groundOf('auth', access.auth)];
  for (const { resource, findings } of parts) {
    for (const [at, finding] of findings) grounds.push(groundOf(`objects.${resource.name}.${at}`, finding));
  }
  const draft = {
    connector: slugOf(description.title),
    title: oneLine(description.title),
    protocol: 'rest',
    ...(description.docs && /^https?:/.test(description.docs) ? { docs: description.docs } : {}),
    base_url: base.baseUrl.value,
    auth: access.auth.value,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(Object.keys(access.query).length > 0 ? { query: access.query } : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
    objects: Object.fromEntries(parts.map(({ resource, draft: object }) => [resource.name, object])),
    origin: {
      format: 'openapi',
      source,
      digest,
      ...(description.version === '' ? {} : { version: description.version }),
    },
    grounds,
  };
  const parsed = connectorSchema.safeParse(draft);
  if (!parsed.success) return fail(unusable(parsed.error.issues[0]?.path ?? [], description.file));
  const added = picked.filter((one) => !wanted.includes(one)).map((one) => one.name);
  const remarks = [...description.remarks, ...description.references.refused];
  return ok({ draft, definition: parsed.data, access, grounds, added, remarks });
}

function guarded<T>(work: () => Result<T>): Result<T> {
  try {
    return work();
  } catch (error) {
    if (error instanceof ImportStopped) return fail(error.diagnostic);
    throw error;
  }
}

function withParents(wanted: readonly Resource[], all: readonly Resource[]): Resource[] {
  const picked = new Set<Resource>();
  for (const resource of wanted) {
    for (let at: Resource | undefined = resource; at && !picked.has(at); at = at.parent?.resource) picked.add(at);
  }
  return all.filter((one) => picked.has(one)).sort((a, b) => compare(a.name, b.name));
}

const operationsOf = (resource: Resource): Operation[] =>
  [resource.list.operation, resource.get, resource.create, resource.update, resource.remove].filter(
    (one) => one !== null,
  );

const groundOf = (at: string, { ground, because }: Finding<unknown>): Ground => ({
  at,
  ground,
  because: oneLine(because),
});

/** `Solidus API` → `solidus` */
function slugOf(title: string): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\b(rest|public|the|api|apis|openapi|swagger|specification|documentation|reference|v?\d+(\.\d+)*)\b/g, ' ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-\d]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return slug === '' ? 'imported' : slug;
}

const unusable = (path: readonly PropertyKey[], file: string): Diagnostic =>
  problem('import-unusable', 'What was read does not make a valid connector', {
    detail: `At ${path.map(String).join('.')}.`,
    where: { file },
    next: 'Report it with the document; import the other objects with --objects meanwhile',
  });
