export type { Behaviour } from './behaviour.ts'
export { type FaultName, FAULTS } from './fault.ts'
export type { Outcome, RequestRecord, SimulatorStats } from './ledger.ts'
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
