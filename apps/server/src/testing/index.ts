export { type Collected, collect } from './collect.ts'
export { type EventsConnection, WireClient, type WireMessage } from './wire-client.ts'
