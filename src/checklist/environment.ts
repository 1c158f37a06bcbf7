const NOT_PRODUCTION = /(^|[^a-z])(staging|stage|test|testing|dev|development|sandbox|demo|local|qa)([^a-z]|$)/i;

/** An environment counts as production unless its name says otherwise: an unknown name gets the stricter gate. */
export const isProduction = (environment: string): boolean => !NOT_PRODUCTION.test(environment);
