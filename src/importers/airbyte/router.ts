import type { Context } from './context.ts';
import { textOf } from './meaning.ts';
import { type Node, nodeAt, nodesAt, scalarAt, textAt, typeOf } from './node.ts';
import type { ListInput } from './paginator.ts';
import { addOption, Refusal, type RequestPart } from './request.ts';

/** The parent stream whose records a stream is read below. */
export interface ParentPart {
  stream: Node;
  /** Wire path in the parent's records of what stands for it. */
  key: string;
  param: string;
  /** The manifest's own name for it. */
  partition: string;
  option: Node | undefined;
}

export interface RouterPart {
  parents: ParentPart[];
  each: { name: string; values: string[] | string; option: Node | undefined } | null;
}

/** What a stream is read by: a parent's records, a list of values, or both. */
export function readRouters(retriever: Node, context: Context): RouterPart {
  const part: RouterPart = { parents: [], each: null };
  for (const router of nodesAt(retriever, 'partition_router')) readRouter(router, context, part);
  for (const router of nodesAt(retriever, 'stream_slicer')) readRouter(router, context, part);
  return part;
}

function readRouter(router: Node, context: Context, part: RouterPart): void {
  switch (typeOf(router)) {
    case 'SubstreamPartitionRouter':
      for (const config of nodesAt(router, 'parent_stream_configs')) readParent(config, context, part);
      return;
    case 'ListPartitionRouter':
      readList(router, context, part);
      return;
    default:
      throw new Refusal(typeOf(router) || 'a partition router of no type');
  }
}

function readParent(config: Node, context: Context, part: RouterPart): void {
  const stream = nodeAt(config, 'stream');
  const key = context.render(textAt(config, 'parent_key') ?? '', 'parent_key');
  const param = scalarAt(config, 'partition_field') ?? '';
  if (stream === undefined || 'open' in key || key.text === '' || param === '')
    throw new Refusal('a parent that is not said');
  if (config.incremental_dependency === true) context.lose('incremental_dependency: the parents are read in full');
  if (config.extra_fields !== undefined) context.lose('extra_fields of the parent');
  part.parents.push({ stream, key: key.text, param, partition: param, option: nodeAt(config, 'request_option') });
  context.partitions.set(param, param);
}

function readList(router: Node, context: Context, part: RouterPart): void {
  if (part.each) throw new Refusal('two lists of values at once');
  const name = context.render(textAt(router, 'cursor_field') ?? '', 'cursor_field');
  if ('open' in name || name.text === '') throw new Refusal('a list of values without a name');
  context.only = onlyValue(router.values, name.text, context);
  part.each = {
    name: name.text,
    values: valuesOf(router.values, name.text, context),
    option: nodeAt(router, 'request_option'),
  };
  context.partitions.set(name.text, name.text);
}

function valuesOf(values: unknown, name: string, context: Context): string[] | string {
  if (Array.isArray(values)) {
    return values.map((value) => {
      const text = context.render(textOf(value), name);
      return 'open' in text ? '' : text.text;
    });
  }
  const meaning = typeof values === 'string' ? context.meaning(values) : null;
  if (meaning?.is === 'known' && Array.isArray(meaning.value)) return meaning.value.map(textOf);
  const text = context.render(textOf(values), name);
  if ('open' in text) throw new Refusal(`a list of values that reads ${text.open}`);
  return text.text;
}

function onlyValue(values: unknown, name: string, context: Context): Context['only'] {
  const standard = typeof values === 'string' ? context.standard(values) : values;
  const [value, ...more] = Array.isArray(standard) ? standard : [];
  return value === undefined || more.length > 0 ? null : { name, value: textOf(value), isTaken: false };
}

/** Puts what is read by into the request, where the manifest says so. */
export function addRouters(part: RouterPart, request: RequestPart, context: Context): ListInput['each'] {
  for (const { option, param } of part.parents) {
    if (option) addOption(option, `{${context.partitions.get(param) ?? param}}`, request, context, 'the parent');
  }
  if (part.each === null) return undefined;
  if (part.each.option) addOption(part.each.option, `{${part.each.name}}`, request, context, part.each.name);
  if (context.only?.isTaken) {
    context.lose(`values of ${part.each.name} other than ${context.only.value}, for which a request looks otherwise`);
    return { name: part.each.name, values: [context.only.value] };
  }
  return { name: part.each.name, values: part.each.values };
}
