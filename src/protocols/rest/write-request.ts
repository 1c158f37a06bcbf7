import { compileWriter } from '../../connector/codec/path.ts';
import type { WriteDefinition } from '../../connector/definition.ts';
import type { Wire } from '../../connector/port.ts';
import { parseBody } from '../../connector/response.ts';
import { compilePath, fillNames, mapTexts, type Names, withQuery } from '../../connector/template.ts';
import { isWire, merged } from '../../connector/wire-path.ts';
import { ok, problem, type Result } from '../../record/diagnostic.ts';
import { PARSERS, toForm, toXml } from './formats.ts';
import type { Answer, Call } from './sender.ts';

export interface WriteAsk {
  /** What stands for the record and its parents in path, query and constants. */
  names: Names;
  /** The record's id as it stands on the wire, for `{id}` alone in a constant. */
  id?: string | number;
  /** Undefined where there is nothing to say beyond the address. */
  wire: Wire | undefined;
}

type Asked = Pick<Call, 'method' | 'path' | 'body' | 'parse'> & { headers: Record<string, string> };

export type WriteRequest = (ask: WriteAsk) => Result<Asked>;

const CONTENT_TYPES: Record<WriteDefinition['body'], string> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'application/xml',
  json_rpc: 'application/json',
  json_patch: 'application/json-patch+json',
};

/** Compiles how a record is written: the address, what stands around it in the body, and what the body is written in. */
export function compileWriteRequest(write: WriteDefinition): WriteRequest {
  const { method, query } = write;
  const pathOf = compilePath(write.path);
  const hasQuery = Object.keys(query).length > 0;
  const around = compileAround(write);
  const encode = compileEncoding(write);
  const hasConstant = Object.keys(write.constant).length > 0 || write.body === 'json_rpc';
  const headers = { 'content-type': write.content_type ?? CONTENT_TYPES[write.body] };
  const parse = parserOf(write);
  return (ask) => {
    const path = pathOf(ask.names);
    if (!path.ok) return path;
    const filled = Object.entries(query).map(([name, text]) => [name, fillNames(text, ask.names)]);
    const address = hasQuery ? withQuery(path.value, Object.fromEntries(filled)) : path.value;
    if (ask.wire === undefined && !hasConstant) return ok({ method, path: address, headers: {}, ...parse });
    return ok({ method, path: address, body: encode(around(ask)), headers, ...parse });
  };
}

/** An answer that need not hold a record may be a plain word, such as OK; a page of HTML is none. */
function parserOf(write: WriteDefinition): Pick<Call, 'parse'> {
  if (write.body === 'xml') return { parse: PARSERS.xml };
  if (write.returns === 'record' || write.body === 'json_rpc') return {};
  return { parse: (body) => parseBody(body) ?? (/^\s*</.test(body) || body.trim() === '' ? undefined : body.trim()) };
}

/** The record in what else the body holds. */
function compileAround({ wrap, constant }: WriteDefinition): (ask: WriteAsk) => Wire {
  const put = wrap === '' ? null : compileWriter(wrap);
  const isBare = put === null && Object.keys(constant).length === 0;
  if (isBare) return ({ wire = {} }) => wire;
  return ({ names, id, wire = {} }) => {
    const body: Wire = {};
    const filled = mapTexts(constant, (text) => (text === '{id}' && id !== undefined ? id : fillNames(text, names)));
    if (put) put(body, wire);
    return merged(put ? body : wire, isWire(filled) ? filled : {});
  };
}

function compileEncoding(write: WriteDefinition): (body: Wire) => string {
  switch (write.body) {
    case 'json':
      return JSON.stringify;
    case 'form':
      return toForm;
    case 'xml':
      return (body) => toXml(write.xml_root, body);
    case 'json_rpc':
      return (body) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: write.rpc_method ?? '', params: body });
    case 'json_patch':
      return (body) => JSON.stringify(patchOf(body, ''));
  }
}

/** One step for each value; objects on the way are there already. */
function patchOf(wire: Wire, at: string): Wire[] {
  return Object.entries(wire).flatMap(([key, value]): Wire[] => {
    const path = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (isWire(value) && !Array.isArray(value) && Object.keys(value).length > 0) return patchOf(value, path);
    return [{ op: 'replace', path, value }];
  });
}

/** An answer to JSON-RPC says by its body, not its status, that a call was refused. */
export function rpcRefusal(write: WriteDefinition, answer: Answer): Answer {
  if (write.body !== 'json_rpc' || !answer.ok || !isWire(answer.data)) return answer;
  const { error } = answer.data;
  if (error === undefined || error === null) return answer;
  const code = isWire(error) && Number.isSafeInteger(error.code) ? ` ${error.code}` : '';
  return {
    ok: false,
    class: 'invalid',
    action: 'invalid',
    uncertain: false,
    doubtful: answer.doubtful,
    diagnostic: problem('refused', 'The system refuses what was sent', { detail: `Error${code} of JSON-RPC.` }),
    response: answer.response,
  };
}
