import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { BrowserContext } from 'playwright-core'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { quickDatabase } from '../product/quick-database.ts'
import { type Product, startProduct } from '../product/start-product.ts'

/** A built server with a simulator and a database. Starting one takes longer than most tests, so that they share it. */
export interface Site extends Pick<Product, 'url' | 'logged'> {
  readonly simulator: Simulator
  /** Ends the server, and starts another one at its address with its database. */
  restart(): Promise<void>
  /** Ends what this visitor has left running, and forgets what the simulator has recorded. */
  clear(visitor: BrowserContext): Promise<void>
  stop(): Promise<void>
}

export async function startSite(env: Record<string, string> = {}): Promise<Site> {
  const simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
  const database = await quickDatabase()
  const start = (PORT: string) =>
    startProduct({
      ANTHROPIC_API_KEY: 'test-key',
      ANTHROPIC_BASE_URL: simulator.url,
      DATABASE_URL: database.url,
      GRACE_MS: '2000',
      // A test that ends in mid-answer does not wait for it.
      DRAIN_MS: '0',
      PORT,
      ...ONE_ADDRESS,
      ...env,
    })
  let product = await start('0')
  const { url } = product
  return {
    url,
    simulator,
    logged: (msg) => product.logged(msg),
    async restart() {
      await product.stop()
      product = await start(new URL(url).port)
    },
    async clear({ request }) {
      await request.post(`${url}/trpc/account.deleteContent`, { data: {} })
      await simulator.waitFor(({ open }) => open === 0)
      simulator.reset()
    },
    async stop() {
      await product.stop()
      await database.remove()
      await simulator.close()
    },
  }
}
