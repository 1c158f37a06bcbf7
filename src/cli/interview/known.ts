import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { Side } from '../../record/side.ts';
import type { VariableQuestion } from '../connect-variables.ts';

export type Place = 'first' | 'second';
export const PLACES: readonly Place[] = ['first', 'second'];
export const SIDE_OF: Record<Place, Side> = { first: 'a', second: 'b' };

/** A system, once it is known which connector talks to it. */
export interface KnownSystem {
  /** In the integration file: `crm`. */
  name: string;
  title: string;
  /** As the integration file names it: a name of the catalogue, or a path. */
  connector: string;
  definition: ConnectorDefinition;
  connectorFile: string;
  /** What is given without being asked: the base URL. */
  variables: Record<string, string>;
  /** What a connection needs besides. */
  credentials: VariableQuestion[];
  /** How the connector was found, for people. */
  found: string;
  /** Read from a description: what that does not say is to be learnt. */
  imported: boolean;
}

/** An object of each system that may be the same. */
export interface KnownPair {
  a: string;
  b: string;
  /** Why, in short. */
  grounds: string[];
  /** Whether it is picked beforehand. */
  sure: boolean;
}

/** A two-way row that loses something on the way there and back. */
export interface KnownLoss {
  mapping: string;
  /** The fields of both systems. */
  a: string;
  b: string;
  /** The side whose values come back changed. */
  from: Side;
  /** `a text of 41 characters comes back as a text of 40 characters` */
  says: string;
  /** Longer texts must be cut for the other side, or their records are parked there. */
  cut: boolean;
}

/** What was found out so far, so that nobody is asked for it. */
export interface Known {
  systems: Partial<Record<Place, KnownSystem>>;
  /** Addresses that tell no connector: why. */
  unrecognised: Partial<Record<Place, string>>;
  /** Null until the objects were looked at. */
  pairs: KnownPair[] | null;
  /** Null until the field mappings were made. */
  losses: KnownLoss[] | null;
}

export const pairText = ({ a, b }: Pick<KnownPair, 'a' | 'b'>): string => `${a} = ${b}`;
