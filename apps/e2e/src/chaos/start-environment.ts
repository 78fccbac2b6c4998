import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { vi } from 'vitest'
import { browserSidePlan, upstreamSidePlan } from './draw-connection.ts'
import { type FaultProxy, startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { type EmbeddedDatabase, embeddedDatabase } from '../product/embedded-database.ts'
import { createRandom, type Random } from '../random.ts'
import { becomeBrowser, newSession } from '../page-client/become-browser.ts'
import { CHAOS_ENV } from './environment.ts'

export interface ChaosEnvironment<Server> {
  readonly simulator: Simulator
  readonly upstreamProxy: FaultProxy
  /** The first one, if it is restarted. */
  readonly server: Server
  readonly browserProxy: FaultProxy
  /** The session of the browser: see `becomeBrowser`. */
  readonly session: string
  /** Closes everything. */
  close(): Promise<void>
}

export interface ServerLifecycle<Server> {
  start(env: Record<string, string>): Promise<Server>
  end(first: Server): Promise<unknown>
  /** Where a connection of the browser goes. Default: to the server. */
  balance?(random: Random): string
  /** Default: an embedded one. */
  createDatabase?(): Promise<EmbeddedDatabase>
}

/**
 * Starts simulator, proxy, server and proxy, and makes this process the browser in front of them. Faults are drawn
 * from `seed`. If one of them does not start, those started before are closed.
 */
export async function startEnvironment<Server extends { readonly url: string }>(
  seed: number,
  { start, end, balance, createDatabase = embeddedDatabase }: ServerLifecycle<Server>,
): Promise<ChaosEnvironment<Server>> {
  const browserSide = createRandom(seed, 'browser side')
  const upstreamSide = createRandom(seed, 'upstream side')
  const ends: (() => unknown)[] = []
  const close = async () => {
    for (const endOne of ends.splice(0).toReversed()) await endOne()
  }
  try {
    const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
    ends.push(() => simulator.close())
    const upstreamProxy = await startFaultProxy(simulator.url, () => upstreamSidePlan(upstreamSide))
    ends.push(() => upstreamProxy.close())
    const database = await createDatabase()
    ends.push(() => database.remove())
    const server = await start({
      ...CHAOS_ENV,
      ANTHROPIC_BASE_URL: upstreamProxy.url,
      DATABASE_URL: database.url,
    })
    ends.push(() => end(server))
    const balancing = createRandom(seed, 'balancer')
    const browserProxy = await startFaultProxy(
      () => balance?.(balancing) ?? server.url,
      () => browserSidePlan(browserSide),
    )
    ends.push(() => browserProxy.close())
    const session = await newSession(server.url)
    becomeBrowser(browserProxy.url, session)
    ends.push(() => vi.unstubAllGlobals())
    return { simulator, upstreamProxy, server, browserProxy, session, close }
  } catch (error) {
    await close()
    throw error
  }
}
