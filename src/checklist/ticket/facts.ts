import type { LoadedIntegration } from '../../integration/loaded.ts';
import { SIDES, type Side } from '../../record/side.ts';
import { type MappedObject, mappedFields, mappedObjects } from '../answers.ts';
import { type Operation, operations } from '../operations.ts';
import { addressOf, NO_ADDRESS } from '../probe-way.ts';
import { isService } from '../recipients.ts';

/** What a ticket says about a system and what is asked of it. */
export interface TicketFacts {
  integration: string;
  purpose: string;
  environment: string;
  /** Its title. */
  system: string;
  /** That of the other one. */
  other: string;
  /** Host and port; null where they are not known yet. */
  address: string | null;
  /** Whom the mail goes to; null where nobody is named. */
  contact: { name: string; email: string | null } | null;
  /** Who answers questions about the integration. */
  askedBy: string[];
  /** From where the runs come. */
  egress: string[];
  objects: { name: string; operations: Operation[]; fields: FieldFacts[] }[];
}

/** A mapped field, as far as test records should cover it. */
export interface FieldFacts {
  name: string;
  required: boolean;
  maxLength: number | null;
  options: string[];
}

export function ticketFacts(integration: LoadedIntegration, side: Side): TicketFacts {
  const system = integration[side];
  const address = addressOf(system);
  const [other = side] = SIDES.filter((one) => one !== side);
  return {
    integration: integration.name,
    purpose: integration.purpose.replace(/\s+/g, ' ').trim(),
    environment: integration.environment,
    system: system.title,
    other: integration[other].title,
    address: address === NO_ADDRESS ? null : address,
    contact: system.contact,
    askedBy: integration.errorsTo.filter((address) => !isService(address)),
    egress: integration.egress,
    objects: mappedObjects(integration, side).map((object) => ({
      name: object.definition.label ?? object.name,
      operations: operations(side, object),
      fields: fieldFacts(object, side),
    })),
  };
}

const fieldFacts = (object: MappedObject, side: Side): FieldFacts[] =>
  mappedFields(object, side).flatMap((name) => {
    const field = object.definition.fields[name];
    if (!field) return [];
    const options = (field.options ?? []).map((option) => option.label ?? option.key);
    return [{ name: field.label ?? name, required: field.required, maxLength: field.max_length ?? null, options }];
  });
