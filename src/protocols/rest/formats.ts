import { parse as parseCsv } from 'csv-parse/sync';
import type { XMLBuilder, XMLParser } from 'fast-xml-parser';
import type { ListDefinition } from '../../connector/definition.ts';
import { fastXml } from '../../connector/late-packages.ts';
import { parseBody } from '../../connector/response.ts';

export type Format = ListDefinition['format'];

/** What is asked for in the Accept header. */
export const ACCEPT: Record<Format, string> = {
  json: 'application/json',
  jsonl: 'application/x-ndjson, application/jsonl, application/json',
  csv: 'text/csv',
  xml: 'application/xml, text/xml',
};

const MOST_DEPTH = 100;
const MOST_CSV_RECORD = 1024 * 1024;

/** The body as a value of JSON; undefined where it is not of the format. What is JSON all the same is read as such. */
export const PARSERS: Record<Format, (body: string) => unknown> = {
  json: parseBody,
  jsonl: parseLines,
  csv: parseTable,
  xml: (body) => (isXml(body) ? parseXml(body) : parseBody(body)),
};

const isXml = (body: string) => /^\s*</.test(body);

const looksLikeJson = (body: string) => /^\s*[[{]/.test(body);

function parseLines(body: string): unknown {
  const values: unknown[] = [];
  for (const line of body.split('\n')) {
    if (line.trim() === '') continue;
    const value = parseBody(line);
    if (value === undefined) return parseBody(body);
    values.push(value);
  }
  return values;
}

/** Rows as objects by the names of the first line; all values are texts. An error in JSON is read as such. */
function parseTable(body: string): unknown {
  if (looksLikeJson(body)) {
    const value = parseBody(body);
    if (value !== undefined) return value;
  }
  if (isXml(body)) return undefined;
  try {
    return parseCsv(body, {
      bom: true,
      columns: true,
      skip_empty_lines: true,
      relax_column_count: false,
      max_record_size: MOST_CSV_RECORD,
    });
  } catch {
    return undefined;
  }
}

let reader: XMLParser | undefined;
let builder: XMLBuilder | undefined;

const ATTRIBUTES_AND_TEXT = { ignoreAttributes: false, attributeNamePrefix: '@', textNodeName: '#text' };

const READING = {
  ...ATTRIBUTES_AND_TEXT,
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: MOST_DEPTH,
  // Character references of numbers are among these; a document type, with entities of its own, is refused.
  htmlEntities: true,
};

/** Elements as objects by their names, several of one name as a list; attributes as @name; all values are texts. */
function parseXml(body: string): unknown {
  if (/<!(DOCTYPE|ENTITY)/i.test(body)) return undefined;
  try {
    reader ??= new (fastXml().XMLParser)(READING);
    return reader.parse(body, true);
  } catch {
    return undefined;
  }
}

/** A document with the value as its root element; without a name for it, the value's only key is the root. */
export function toXml(root: string | undefined, value: object): string {
  builder ??= new (fastXml().XMLBuilder)({ ...ATTRIBUTES_AND_TEXT, suppressEmptyNode: true });
  return `<?xml version="1.0" encoding="UTF-8"?>${builder.build(root === undefined ? value : { [root]: value })}`;
}

/** A form: what is nested stands in brackets, `a[b]=1&c[]=2`; null is an empty text. */
export function toForm(value: unknown): string {
  const pairs = new URLSearchParams();
  const add = (name: string, inner: unknown): void => {
    if (inner === undefined) return;
    if (Array.isArray(inner)) {
      for (const [place, item] of inner.entries()) add(isNested(item) ? `${name}[${place}]` : `${name}[]`, item);
    } else if (isNested(inner)) {
      for (const [key, item] of Object.entries(inner)) add(name === '' ? key : `${name}[${key}]`, item);
    } else {
      pairs.append(name, inner === null ? '' : String(inner));
    }
  };
  add('', value);
  return pairs.toString();
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;
