import type { ConnectorDraft } from './import-openapi.ts';

/** Something that the document does not say, and how to find it out. */
export interface Unknown {
  /** Dotted paths in the connector file that it is about, in the order of the file. */
  at: string[];
  what: string;
  next: string;
}

const LEARN = 'dovetail connector learn tells, on a staging system';

/** The short report of what is not known; alike things of several objects are one. */
export function unknownsOf({ definition, grounds, access }: ConnectorDraft): Unknown[] {
  const found = new Map<string, Unknown>();
  const add = (at: string, what: string, next: string) => {
    const there = found.get(what);
    if (there) there.at.push(at);
    else found.set(what, { at: [at], what, next });
  };
  for (const { at, ground, because } of grounds) {
    if (ground !== 'assumed') continue;
    const part = at.replace(/^objects\.[^.]+\./, '');
    if (part === 'base_url') add(at, `the address of the API: ${because ?? ''}`, 'Ask the vendor; give it as base_url');
    else if (part === 'auth')
      add(at, `how requests are allowed: ${because ?? ''}`, "Read the vendor's page on authentication; correct auth");
    else if (part === 'id') add(at, 'which property is the id', 'Look at a record; correct id.path');
    else if (part === 'list.records') add(at, 'where the records stand in the answer', LEARN);
    else if (part === 'list.pagination') add(at, `how pages go on: ${because ?? ''}`, LEARN);
    else if (part === 'update') add(at, 'whether a PUT keeps the fields that are not sent (it is taken not to)', LEARN);
    else if (part === 'get') add(at, 'what a read of one record answers', LEARN);
    else if (part.startsWith('batch.'))
      add(at, 'how many records one batch takes, and how results are told', "Read the vendor's page on it");
    else add(at, `${part}: ${because ?? ''}`, 'Look at a record');
  }
  for (const [name, object] of Object.entries(definition.objects)) {
    const at = `objects.${name}`;
    const { list } = object;
    if (!list) continue;
    if (list.since === undefined)
      add(
        `${at}.list.since`,
        'how to ask for changes only: no parameter is described, so everything is read each time',
        LEARN,
      );
    else
      add(
        `${at}.list.since`,
        'precision and lag of the filter for changes, and whether it includes the instant itself',
        LEARN,
      );
    if (object.modified === undefined) add(at, 'when a record was changed last: no such property is described', LEARN);
    if (endUntold(list.pagination))
      add(`${at}.list.pagination`, 'how the last page is told: a short or empty page is taken for it', LEARN);
  }
  if (definition.limits.requests === undefined) {
    add(
      'limits',
      'how many requests are allowed in which time',
      "Read the vendor's page on rate limits; or learn, from the headers",
    );
  }
  if (access.others.length > 0) {
    add(
      'auth',
      `whether another way in fits better: ${access.others.join(', ')}`,
      'Compare with what the vendor gave you',
    );
  }
  return [...found.values()];
}

function endUntold(pagination: { style: string }): boolean {
  if (pagination.style !== 'page' && pagination.style !== 'offset') return false;
  return !['total', 'total_header', 'pages', 'pages_header', 'more', 'last'].some((key) => key in pagination);
}
