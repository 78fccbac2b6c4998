export { createFakeServer, DONE } from './fake-server.ts'
export { createManualClock } from './manual-clock.ts'
