/** Redmine as its own users see it: through its REST API, without a line of Dovetail's. */
export interface RedmineApi {
  issues(): Promise<Issue[]>;
  create(issue: Record<string, unknown>): Promise<Issue>;
  update(id: number, issue: Record<string, unknown>): Promise<void>;
  delete(id: number): Promise<void>;
}

export interface Issue {
  id: number;
  subject: string;
  custom_fields: { id: number; name: string; value: string | null }[];
}

export function redmineApi(url: string, key: string): RedmineApi {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'x-redmine-api-key': key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  };
  return {
    async issues() {
      const { issues } = (await call('GET', '/issues.json?project_id=sales&status_id=*&limit=100')) as {
        issues: Issue[];
      };
      return issues;
    },
    async create(issue) {
      const made = (await call('POST', '/issues.json', { issue: { project_id: 'sales', ...issue } })) as {
        issue: Issue;
      };
      return made.issue;
    },
    update: async (id, issue) => void (await call('PUT', `/issues/${id}.json`, { issue })),
    delete: async (id) => void (await call('DELETE', `/issues/${id}.json`)),
  };
}

/** The value of a custom field by its name. */
export const customField = (issue: Issue | undefined, name: string): string | null | undefined =>
  issue?.custom_fields.find((field) => field.name === name)?.value;
