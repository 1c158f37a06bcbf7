export { Scheduler } from './clock.ts';
export { connectDeclared } from './declared-connection.ts';
export { DeclaredSystem, type DeclaredSystemOptions } from './declared-system.ts';
export {
  type Exchange,
  FAULTS,
  type Fault,
  type NetworkOptions,
  type Passage,
  SimulatedNetwork,
  type SimulatedSystem,
  type SystemRequest,
  type SystemResponse,
} from './network.ts';
export { SimulatedProcess, type Trouble } from './process.ts';
export { type SeededRandom, seededRandom } from './random.ts';
export { noSabotage, SABOTAGES, type Sabotage } from './sabotage.ts';
export { compareScenario, type Mismatch } from './scenario/compare.ts';
export { loadScenario } from './scenario/load.ts';
export { declaredPlayground, type Played, type Playground, playScenario } from './scenario/play.ts';
export type { Scenario } from './scenario/scenario.ts';
