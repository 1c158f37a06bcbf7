import type { LoadedIntegration } from '../../integration/loaded.ts';
import { SIDES } from '../../record/side.ts';
import { declared, fromFile, fromFileOr, listed, open } from '../answers.ts';
import { askApart, counterparts } from '../apart.ts';
import { isProduction } from '../environment.ts';
import type { Answer, Question } from '../question.ts';

export const staging: Question = {
  id: 'staging',
  text: 'Are test or staging systems available?',
  why: 'What can only be tried in production is tried on customers.',
  german: {
    text: 'Gibt es Test- oder Staging-Systeme?',
    why: 'Was nur im Echtbetrieb ausprobiert werden kann, wird an Kunden ausprobiert.',
  },
  theme: 'access',
  ask: 'administrator',
  blocks: 'production',
  answers: (integration) => fromFileOr(integration, 'staging', () => byEnvironments(integration)),
  probes: [{ id: 'apart', ask: askApart }],
};

function byEnvironments(integration: LoadedIntegration): Answer[] {
  if (!isProduction(integration.environment)) {
    return [declared(null, `yes, this check runs in ${integration.environment}`)];
  }
  const without = SIDES.filter((side) => counterparts(integration, side).length === 0);
  if (without.length === SIDES.length) return fromFile(integration, 'staging');
  if (without.length > 0) {
    const names = listed(without.map((side) => integration[side].name));
    return [open(null, `${names} has none`, `Add a staging environment to systems.${names}, or say why there is none`)];
  }
  const names = new Set(SIDES.flatMap((side) => counterparts(integration, side).map(({ environment }) => environment)));
  return [declared(null, `yes: ${listed([...names])}`)];
}
