export { logContract } from './log-contract.ts'
export { type ManualClock, manualClock, settle } from './manual-clock.ts'
export { recordsContract } from './records-contract.ts'
