export { appRouterWithHaiku, type HaikuAppRouter } from './app-router-with-haiku.ts'
export { type Collected, collect } from './collect.ts'
export { startTestServer } from './start-test-server.ts'
export { type EventsConnection, WireClient, type WireMessage } from './wire-client.ts'
