import type { Bend, CheckWorldOptions } from '../check-world.ts';

/** A list as either sandbox system answers it. */
interface ListAnswer {
  /** Of the ERP. */
  items?: Record<string, unknown>[];
  /** Of the CRM. */
  data?: Record<string, unknown>[];
  next_cursor?: string | null;
  total?: number;
}

type System = 'crm' | 'erp';

const isList = (path: string, object: string, query: URLSearchParams): boolean =>
  (path === `/${object}` || path === `/api/${object}`) && !query.has('ids');

function bending(
  system: System,
  object: string,
  { ask, answer }: { ask?(query: URLSearchParams): void; answer?(list: ListAnswer, query: URLSearchParams): void },
): CheckWorldOptions {
  const bend: Bend = (request, respond) => {
    const [path = '', search = ''] = request.path.split('?');
    const query = new URLSearchParams(search);
    if (request.method !== 'GET' || !isList(path, object, query)) return respond(request);
    ask?.(query);
    const asked = query.size === 0 ? path : `${path}?${query}`;
    const response = respond({ ...request, path: asked });
    if (!answer || response.status !== 200) return response;
    const list: ListAnswer = JSON.parse(response.body);
    answer(list, query);
    return { ...response, body: JSON.stringify(list) };
  };
  return { bend: { [system]: bend } };
}

/** A system that takes another request for the one that it got. */
export const hears = (system: System, object: string, ask: (query: URLSearchParams) => void): CheckWorldOptions =>
  bending(system, object, { ask });

/** A system that answers a list otherwise than it should. */
export const tells = (
  system: System,
  object: string,
  answer: (list: ListAnswer, query: URLSearchParams) => void,
): CheckWorldOptions => bending(system, object, { answer });

/** The records of an answer. */
export const recordsOf = (list: ListAnswer): Record<string, unknown>[] => list.items ?? list.data ?? [];
