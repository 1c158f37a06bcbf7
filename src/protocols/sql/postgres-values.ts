const OIDS = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  timestamp: 1114,
  timestamptz: 1184,
  jsonb: 3802,
} as const;

type Parser = (text: string) => unknown;

/** All else, numerics and dates above all, stays the text that PostgreSQL shows. */
const PARSERS = new Map<number, Parser>([
  [OIDS.bool, (text) => text === 't'],
  [OIDS.int2, Number],
  [OIDS.int4, Number],
  [OIDS.oid, Number],
  [OIDS.int8, (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)],
  [OIDS.float4, finite],
  [OIDS.float8, finite],
  [OIDS.json, (text) => JSON.parse(text) as unknown],
  [OIDS.jsonb, (text) => JSON.parse(text) as unknown],
  [OIDS.bpchar, (text) => text.trimEnd()],
  [OIDS.timestamp, (text) => toMilliseconds(text, '')],
  [OIDS.timestamptz, (text) => toMilliseconds(text.replace(/\+00$/, ''), 'Z').replace(' ', 'T')],
]);

/** Arrays, by the reader of their items. */
const ARRAYS = new Map<number, Parser>([
  [1000, (text) => text === 't'],
  [1005, Number],
  [1007, Number],
  ...[1009, 1014, 1015, 1016, 1182, 1231, 2951].map((oid): [number, Parser] => [oid, (text) => text]),
]);

/** How the text of a value of this type becomes a wire value. */
export function valueReader(oid: number): Parser {
  const item = ARRAYS.get(oid);
  if (item) return (text) => readArray(text, item);
  return PARSERS.get(oid) ?? ((text) => text);
}

const ARRAY_ITEM = /"((?:[^"\\]|\\.)*)"|([^",{}]+)/gs;

/** `{1,NULL,"a b"}`; an array of several dimensions stays a text. */
function readArray(text: string, item: Parser): unknown {
  if (!text.startsWith('{') || text.startsWith('{{')) return text;
  return [...text.slice(1, -1).matchAll(ARRAY_ITEM)].map(([, quoted, plain]) => {
    if (quoted !== undefined) return item(quoted.replace(/\\(.)/gs, '$1'));
    return plain === 'NULL' || plain === undefined ? null : item(plain);
  });
}

function finite(text: string): unknown {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** `2026-01-02 03:04:05.6` → `2026-01-02 03:04:05.600`, cut to milliseconds; `infinity` and years BC stay as they are. */
function toMilliseconds(text: string, suffix: string): string {
  const parts = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(text);
  return parts ? `${parts[1]}.${(parts[2] ?? '').slice(0, 3).padEnd(3, '0')}${suffix}` : text;
}
