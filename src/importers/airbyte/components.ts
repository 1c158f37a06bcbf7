import { isNode, type Node } from './node.ts';

/** The type of a component that states none, by the component and key it stands under. */
const DEFAULT_TYPES: Readonly<Record<string, string>> = {
  'CompositeErrorHandler.error_handlers': 'DefaultErrorHandler',
  'CursorPagination.decoder': 'JsonDecoder',
  'DatetimeBasedCursor.end_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.end_time_option': 'RequestOption',
  'DatetimeBasedCursor.start_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.start_time_option': 'RequestOption',
  'DeclarativeSource.check': 'CheckStream',
  'DeclarativeSource.spec': 'Spec',
  'DeclarativeSource.streams': 'DeclarativeStream',
  'DeclarativeStream.retriever': 'SimpleRetriever',
  'DeclarativeStream.schema_loader': 'JsonFileSchemaLoader',
  'DynamicDeclarativeStream.stream_template': 'DeclarativeStream',
  'DynamicDeclarativeStream.components_resolver': 'ConfigComponentsResolver',
  'HttpComponentsResolver.retriever': 'SimpleRetriever',
  'HttpComponentsResolver.components_mapping': 'ComponentMappingDefinition',
  'ConfigComponentsResolver.stream_config': 'StreamConfig',
  'ConfigComponentsResolver.components_mapping': 'ComponentMappingDefinition',
  'DefaultErrorHandler.response_filters': 'HttpResponseFilter',
  'DefaultPaginator.decoder': 'JsonDecoder',
  'DefaultPaginator.page_size_option': 'RequestOption',
  'DpathExtractor.decoder': 'JsonDecoder',
  'DpathExtractor.record_expander': 'RecordExpander',
  'HttpRequester.error_handler': 'DefaultErrorHandler',
  'ListPartitionRouter.request_option': 'RequestOption',
  'ParentStreamConfig.request_option': 'RequestOption',
  'ParentStreamConfig.stream': 'DeclarativeStream',
  'RecordSelector.extractor': 'DpathExtractor',
  'RecordSelector.record_filter': 'RecordFilter',
  'SimpleRetriever.paginator': 'NoPagination',
  'SimpleRetriever.record_selector': 'RecordSelector',
  'SimpleRetriever.requester': 'HttpRequester',
  'SubstreamPartitionRouter.parent_stream_configs': 'ParentStreamConfig',
  'AddFields.fields': 'AddedFieldDefinition',
  'CustomPartitionRouter.parent_stream_configs': 'ParentStreamConfig',
  'DynamicSchemaLoader.retriever': 'SimpleRetriever',
  'SchemaTypeIdentifier.types_map': 'TypesMap',
};

/** Likewise for a component that names a Python class. */
const CUSTOM_TYPES: Readonly<Record<string, string>> = {
  'CompositeErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
  'DeclarativeStream.retriever': 'CustomRetriever',
  'DeclarativeStream.transformations': 'CustomTransformation',
  'DefaultErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
  'DefaultPaginator.pagination_strategy': 'CustomPaginationStrategy',
  'HttpRequester.authenticator': 'CustomAuthenticator',
  'HttpRequester.error_handler': 'CustomErrorHandler',
  'RecordSelector.extractor': 'CustomRecordExtractor',
  'SimpleRetriever.partition_router': 'CustomPartitionRouter',
};

/** How many more components may be looked at: a few that refer to each other can come to billions. */
export interface Budget {
  left: number;
  /** How deep the component stands in others. */
  depth: number;
}

const DEEPEST = 200;

export class TooManyComponents extends Error {}

export const PARAMETERS = '$parameters';

/**
 * A component with the types that it and those below leave out, and with the `$parameters` of those above: a parameter
 * fills the key of its name where a component leaves it empty. `place` is `Component.key` of where it stands.
 */
export function completeComponent(place: string, component: Node, inherited: Node, budget: Budget): Node {
  budget.depth++;
  budget.left -= 1 + Object.keys(inherited).length;
  if (budget.left < 0 || budget.depth > DEEPEST) throw new TooManyComponents();
  const complete = completed(place, component, inherited, budget);
  budget.depth--;
  return complete;
}

function completed(place: string, component: Node, inherited: Node, budget: Budget): Node {
  const type = component.type ?? (component.class_name === undefined ? DEFAULT_TYPES : CUSTOM_TYPES)[place];
  const { [PARAMETERS]: stated, ...own } = component;
  const parameters: Record<string, unknown> = { ...inherited, ...(isNode(stated) ? stated : {}) };
  if (typeof type !== 'string' || type === 'object')
    return type === undefined ? completeInner(place, own, parameters, budget) : own;
  const complete: Record<string, unknown> = { ...own, type };
  for (const [key, value] of Object.entries(parameters)) complete[key] = complete[key] || value;
  for (const [key, value] of Object.entries(complete)) {
    if (typeof value !== 'object' || value === null) continue;
    const { [key]: _, ...below } = parameters;
    const inner = `${type}.${key}`;
    complete[key] = Array.isArray(value)
      ? value.map((each) => (isNode(each) ? completeComponent(inner, each, below, budget) : each))
      : isNode(value)
        ? completeComponent(inner, value, below, budget)
        : value;
  }
  return { ...complete, [PARAMETERS]: parameters };
}

/** An object that is no component may hold components, such as the named authenticators to select from. */
function completeInner(place: string, plain: Node, parameters: Node, budget: Budget): Node {
  const entries = Object.entries(plain).map(([key, value]): [string, unknown] => [
    key,
    isNode(value) && typeof value.type === 'string' && !JSON_TYPES.has(value.type)
      ? completeComponent(place, value, parameters, budget)
      : value,
  ]);
  return Object.fromEntries(entries);
}

const JSON_TYPES = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null']);
