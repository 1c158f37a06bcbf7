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

const MOST_NAMES = 6;

/** What streams lost, as lines: each loss once, with the streams that it concerns. */
export function lossLines(streams: readonly StreamReport[]): string[] {
  const found = new Map<string, string[]>();
  for (const { stream, losses } of streams) {
    for (const loss of losses) found.set(loss, [...(found.get(loss) ?? []), stream]);
  }
  return [...found].map(([loss, names]) => {
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    return `${loss} (${names.slice(0, MOST_NAMES).join(', ')}${more})`;
  });
}
