/**
 * For tests: `startTestServer` starts the real server with the simulator on free ports, `WireClient` calls it as a browser
 * does, and `collect` reads an event stream and checks its positions.
 */
export { appTools } from '../app-tools.ts'
export { GITHUB, startGitHub } from '../auth/testing/start-github.ts'
export { appRouterWithHaiku, type HaikuAppRouter } from './app-router-with-haiku.ts'
export { type Collected, collect } from './collect.ts'
export { type Question, question } from './question.ts'
export type { OwnerOf } from '../owner.ts'
export { startTestServer } from './start-test-server.ts'
export { type Execution, testTools } from './test-tools.ts'
export { type EventsConnection, WireClient, type WireMessage } from './wire-client.ts'
