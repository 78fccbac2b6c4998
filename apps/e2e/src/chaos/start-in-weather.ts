import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { vi } from 'vitest'
import { browserSidePlan, upstreamSidePlan } from '../fault-plan.ts'
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts'
import { createRandom } from '../random.ts'
import { becomeBrowser, newSession } from './become-browser.ts'
import { CHAOS_ENV } from './weather.ts'

export interface InWeather<Server> {
  readonly simulator: Simulator
  readonly upstreamProxy: FaultProxy
  readonly server: Server
  readonly browserProxy: FaultProxy
  /** Ends all but the server. */
  close(): Promise<void>
}

/** A server between a browser, which is this process from now on, and Claude; what goes wrong is drawn from `seed`. */
export async function startInWeather<Server extends { readonly url: string }>(
  seed: number,
  startServer: (env: Record<string, string>) => Promise<Server>,
): Promise<InWeather<Server>> {
  const browserSide = createRandom(seed, 'browser side')
  const upstreamSide = createRandom(seed, 'upstream side')
  const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  const upstreamProxy = await startFaultProxy(simulator.url, () => upstreamSidePlan(upstreamSide))
  const server = await startServer({ ...CHAOS_ENV, ANTHROPIC_BASE_URL: upstreamProxy.url })
  const browserProxy = await startFaultProxy(server.url, () => browserSidePlan(browserSide))
  becomeBrowser(browserProxy.url, await newSession(server.url))
  return {
    simulator,
    upstreamProxy,
    server,
    browserProxy,
    async close() {
      vi.unstubAllGlobals()
      await browserProxy.close()
      await upstreamProxy.close()
      await simulator.close()
    },
  }
}
