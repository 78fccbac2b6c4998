import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ExecutionCounter extends AsyncDisposable {
  readonly url: string
  /** How often each call was executed, by its id. */
  readonly executions: ReadonlyMap<string, number>
}

/** Counts what is posted to it. */
export async function countExecutions(): Promise<ExecutionCounter> {
  const executions = new Map<string, number>()
  const server = createServer(async (request, response) => {
    const callId = await text(request)
    executions.set(callId, (executions.get(callId) ?? 0) + 1)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    executions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
