export { Scheduler } from './clock.ts';
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
