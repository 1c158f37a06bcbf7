/** Parked records are asked for by the record of the other side that they wait with. */
export const parkedPartner = `
CREATE INDEX parked_partner ON parked (mapping, side, partner) WHERE partner IS NOT NULL;
`;
