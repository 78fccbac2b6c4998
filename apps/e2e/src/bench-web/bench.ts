import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../browser/chromium.ts'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { installProbe, type Probe, probe } from './probe.ts'
import { servePeers } from './serve-peers.ts'
import { type Figures, watchStream } from './stream.ts'

interface Ask {
  readonly tokens: number
  readonly tps: number
  readonly text?: string
  /** How many times slower the main thread is made. */
  readonly slow?: number
  readonly keys?: boolean
}

export type Peer = 'streamdown' | 'react-markdown'

export interface Bench extends AsyncDisposable {
  readonly product: Product
  readonly simulator: Simulator
  /** The built product takes an answer. */
  sluice(ask: Ask): Promise<Figures>
  /** Another renderer takes the text of the product's last answer. */
  peer(name: Peer, ask: Ask): Promise<Figures>
  open(url: string, slow: number): Promise<{ page: Page; probe: Probe }>
}

export async function startBench(): Promise<Bench> {
  const simulator = await startSimulator({ defaults: { ttft: 0, thinking: 0 } })
  const product = await startProduct({
    ANTHROPIC_API_KEY: 'key-of-nobody',
    ANTHROPIC_BASE_URL: simulator.url,
    STARTS_PER_MINUTE: '1000',
    ...ONE_ADDRESS,
  })
  const browser: Browser = await launchChromium()
  let peers: Awaited<ReturnType<typeof servePeers>> | undefined

  async function open(url: string, slow: number) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 800 } })
    const page = await context.newPage()
    await installProbe(page)
    await page.goto(url)
    await page.getByTestId('composer').waitFor()
    await page.waitForTimeout(500)
    const its = await probe(page)
    await its.throttle(slow)
    return { page, probe: its }
  }

  return {
    product,
    simulator,
    open,
    async sluice({ tokens, tps, text = 'markdown', slow = 1, keys = false }) {
      const { page, probe: its } = await open(product.url, slow)
      const start = async () => {
        await page.getByTestId('composer').fill(`Bench [[sim tokens=${tokens} tps=${tps} text=${text}]]`)
        await page.getByTestId('composer').press('Enter')
      }
      const figures = await watchStream(page, its, { start, expectedChars: tokens * 4.5, keys })
      await page.context().close()
      return figures
    },
    async peer(name, { tps, slow = 1, keys = false }) {
      peers ??= await servePeers()
      const text = simulator.stats().requests.at(-1)?.text ?? ''
      const { page, probe: its } = await open(`${peers.url}#${name}`, slow)
      const start = () =>
        page.evaluate(
          ([full, pace]) =>
            (window as unknown as { feed: (text: string, pace: number) => void }).feed(full, pace),
          [text, tps * 4.5] as const,
        )
      const figures = await watchStream(page, its, { start, expectedChars: text.length, keys })
      await page.context().close()
      return figures
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await peers?.close()
      await product.stop()
      await simulator.close()
    },
  }
}
