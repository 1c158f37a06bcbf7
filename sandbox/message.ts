/** What a sandbox system is asked and what it answers: HTTP without a socket. */
export interface SandboxRequest {
  /** Upper case. */
  method: string;
  /** With the query: `/companies?limit=10`. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface SandboxResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}
