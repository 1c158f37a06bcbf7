import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { LIMITS } from './read-description.ts';
import type { References } from './references.ts';
import { isTree, listAt, own, type Tree, textAt, treeAt } from './tree.ts';

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

export interface Parameter {
  name: string;
  in: string;
  required: boolean;
  /** Swagger 2.0 says it in the parameter itself. */
  schema: Tree;
  description: string;
}

export interface Body {
  media: string;
  schema: unknown;
}

export interface Success {
  status: string;
  body: Body | null;
  /** Names of the declared headers, in lower case, with what is said of them. */
  headers: Map<string, string>;
}

export interface Operation {
  method: Method;
  path: string;
  /** For a person. */
  name: string;
  summary: string;
  parameters: Parameter[];
  body: Body | null;
  success: Success | null;
  /** All statuses that are described. */
  statuses: string[];
  /** Alternatives; an empty list is no authentication, null is that of the document. */
  security: Tree[] | null;
}

/** An OpenAPI or Swagger document of any version in one form, schemas unresolved. */
export interface Description {
  file: string;
  format: 'swagger' | 'openapi';
  /** As stated, e.g. 3.1.0. */
  formatVersion: string;
  root: Tree;
  references: References;
  title: string;
  version: string;
  about: string;
  docs: string | undefined;
  operations: Operation[];
  schemes: Record<string, Tree>;
  security: Tree[];
  /** What could not be read, and was left out. */
  remarks: Diagnostic[];
}

export function describe(root: Tree, references: References, file: string): Result<Description> {
  const swagger = textOrNumber(own(root, 'swagger'));
  const openapi = textOrNumber(own(root, 'openapi'));
  const formatVersion = openapi ?? swagger ?? '';
  if (!/^(2\.0|3\.[012](\.|$|-))/.test(formatVersion)) return fail(unknownVersion(file, formatVersion));
  const paths = own(root, 'paths');
  if (!isTree(paths)) return fail(noPaths(file));
  const count = Object.keys(paths).length;
  if (count > LIMITS.paths) return fail(tooManyPaths(file, count));
  const info = treeAt(root, 'info');
  const format = openapi === undefined ? 'swagger' : 'openapi';
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    path.startsWith('/') ? operationsOf(path, item, { root, references, format }) : [],
  );
  if (operations.length === 0) return fail(nothingReadable(file, count, references));
  const schemes =
    format === 'swagger' ? treeAt(root, 'securityDefinitions') : treeAt(treeAt(root, 'components'), 'securitySchemes');
  return ok({
    file,
    format,
    formatVersion,
    root,
    references,
    title: textAt(info, 'title')?.trim() || 'API',
    version: textOrNumber(own(info, 'version')) ?? '',
    about: textAt(info, 'description') ?? '',
    docs: textAt(treeAt(root, 'externalDocs'), 'url'),
    operations,
    schemes: Object.fromEntries(
      Object.entries(schemes).flatMap(([name, scheme]) => {
        const found = references.resolve(scheme);
        return found ? [[name, found]] : [];
      }),
    ),
    security: listAt(root, 'security').filter(isTree),
    remarks: [],
  });
}

interface Reading {
  root: Tree;
  references: References;
  format: 'swagger' | 'openapi';
}

function operationsOf(path: string, value: unknown, reading: Reading): Operation[] {
  const { references } = reading;
  const item = references.resolve(value);
  if (!item) return [];
  const common = listAt(item, 'parameters');
  return METHODS.flatMap((method) => {
    const found = references.resolve(own(item, method));
    return found ? [operationOf(method, path, found, common, reading)] : [];
  });
}

function operationOf(
  method: Method,
  path: string,
  found: Tree,
  common: readonly unknown[],
  reading: Reading,
): Operation {
  const { references, root, format } = reading;
  const raw = [...common, ...listAt(found, 'parameters')]
    .map((one) => references.resolve(one))
    .filter((one) => one !== null);
  const parameters = new Map<string, Parameter>();
  for (const one of raw) {
    const parameter = parameterOf(one, format, references);
    if (parameter) parameters.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  const responses = treeAt(found, 'responses');
  return {
    method,
    path,
    name: `${method.toUpperCase()} ${path}`,
    summary: textAt(found, 'summary') ?? textAt(found, 'description') ?? '',
    parameters: [...parameters.values()].filter((one) => one.in !== 'body' && one.in !== 'formData'),
    body:
      format === 'swagger' ? swaggerBody(raw, found, root) : contentOf(references.resolve(own(found, 'requestBody'))),
    success: successOf(found, responses, reading),
    statuses: Object.keys(responses),
    security: Array.isArray(own(found, 'security')) ? listAt(found, 'security').filter(isTree) : null,
  };
}

function parameterOf(one: Tree, format: 'swagger' | 'openapi', references: References): Parameter | null {
  const name = textAt(one, 'name');
  const where = textAt(one, 'in');
  if (name === undefined || where === undefined) return null;
  const declared = own(one, 'schema') ?? own(firstContent(treeAt(one, 'content')).content, 'schema');
  const schema = format === 'swagger' && where !== 'body' ? one : (references.resolve(declared) ?? {});
  const description = textAt(one, 'description') ?? textAt(schema, 'description') ?? '';
  return { name, in: where, required: own(one, 'required') === true, schema, description };
}

function swaggerBody(parameters: readonly Tree[], operation: Tree, root: Tree): Body | null {
  const consumes = mediaList(operation, root, 'consumes');
  const body = parameters.find((one) => own(one, 'in') === 'body');
  if (body) return { media: chooseMedia(consumes) ?? 'application/json', schema: own(body, 'schema') };
  const form = parameters.filter((one) => own(one, 'in') === 'formData');
  if (form.length === 0) return null;
  const properties = Object.fromEntries(form.map((one) => [textAt(one, 'name') ?? '', one]));
  const required = form.filter((one) => own(one, 'required') === true).map((one) => textAt(one, 'name'));
  const media = consumes.find((type) => /form/.test(type)) ?? 'application/x-www-form-urlencoded';
  return { media, schema: { type: 'object', properties, required } };
}

function mediaList(operation: Tree, root: Tree, key: 'consumes' | 'produces'): string[] {
  const own_ = listAt(operation, key);
  return (own_.length > 0 ? own_ : listAt(root, key)).filter((type) => typeof type === 'string');
}

/** The body that a success is described with: the first 2xx, else `default`. */
function successOf(operation: Tree, responses: Tree, { root, references, format }: Reading): Success | null {
  const statuses = Object.keys(responses);
  const good = statuses.filter((status) => /^2(\d\d|xx)$/i.test(status)).sort();
  const candidates = good.length > 0 ? good : statuses.filter((status) => status === 'default');
  let first: Success | null = null;
  for (const status of candidates) {
    const response = references.resolve(own(responses, status));
    if (!response) continue;
    const body = format === 'swagger' ? swaggerAnswer(response, operation, root) : contentOf(response);
    const headers = new Map(
      Object.entries(treeAt(response, 'headers')).map(([name, header]) => [
        name.toLowerCase(),
        textAt(references.resolve(header) ?? {}, 'description') ?? '',
      ]),
    );
    const success = { status, body, headers };
    if (body) return success;
    first ??= success;
  }
  return first;
}

function swaggerAnswer(response: Tree, operation: Tree, root: Tree): Body | null {
  const schema = own(response, 'schema');
  if (schema === undefined) return null;
  return { media: chooseMedia(mediaList(operation, root, 'produces')) ?? 'application/json', schema };
}

function contentOf(holder: Tree | null): Body | null {
  if (!holder) return null;
  const { media, content } = firstContent(treeAt(holder, 'content'));
  const schema = own(content, 'schema');
  return media === '' || schema === undefined ? null : { media, schema };
}

function firstContent(all: Tree): { media: string; content: Tree } {
  const media = chooseMedia(Object.keys(all));
  return media === undefined ? { media: '', content: {} } : { media, content: treeAt(all, media) };
}

/** JSON before forms before all else. */
function chooseMedia(types: readonly string[]): string | undefined {
  return (
    types.find((type) => /^application\/json\b/i.test(type)) ??
    types.find((type) => /\bjson\b/i.test(type)) ??
    types.find((type) => type === '*/*') ??
    types.find((type) => /x-www-form-urlencoded/i.test(type)) ??
    types.find((type) => /xml/i.test(type)) ??
    types[0]
  );
}

const textOrNumber = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? (Number.isInteger(value) ? value.toFixed(1) : String(value)) : undefined;
};

const unknownVersion = (file: string, version: string): Diagnostic =>
  version === ''
    ? problem('description-unknown', 'The file is no OpenAPI or Swagger document', {
        detail: 'It says neither openapi nor swagger at its top.',
        where: { file },
        next: 'Look for a file that begins with openapi: or swagger: in the documentation of the vendor',
      })
    : problem('description-version', 'This version of the format is not read', {
        detail: `It says ${version.slice(0, 20)}; Swagger 2.0 and OpenAPI 3.0 to 3.2 are read.`,
        where: { file },
      });

const noPaths = (file: string): Diagnostic =>
  problem('description-empty', 'The document describes no paths', {
    where: { file },
    next: 'A document with webhooks or components only says nothing that a connector could call',
  });

const tooManyPaths = (file: string, count: number): Diagnostic =>
  problem('description-too-large', 'The document has too many paths', {
    detail: `It has ${count}; at most ${LIMITS.paths} are read.`,
    where: { file },
    next: 'Import a part of the document',
  });

function nothingReadable(file: string, count: number, references: References): Diagnostic {
  const [reference] = references.refused;
  return problem('description-empty', 'No operation of the document can be read', {
    detail: reference ? `Its ${count} paths are references. ${reference.detail ?? ''}` : `It has ${count} paths.`,
    where: { file },
    ...(reference?.next ? { next: reference.next } : {}),
  });
}
