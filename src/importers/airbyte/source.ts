export interface AirbyteSource {
  /** The manifest's text, YAML or JSON. */
  text: string;
  /** Its name, for messages and the origin. */
  file: string;
  /** The connector's name; lower-case letters, digits and dashes. */
  connector: string;
  /** Epoch ms: what the manifest computes from today is computed for this day. */
  now: number;
}
