export interface StreamReport {
  stream: string;
  outcome: 'imported' | 'refused';
  /** What it can't be had without: the name of the component or the reason. */
  refusedFor?: string;
  /** What of it is not in the connector. */
  losses: string[];
}

export interface ImportReport {
  streams: StreamReport[];
  /** What concerns the whole connector. */
  losses: string[];
  /** How often the manifest uses each component. */
  components: Record<string, number>;
}
