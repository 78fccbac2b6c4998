import { startSimulator } from '@sluice/claude-sim'
import { chromiumOptions } from '@sluice/e2e/chromium-options'
import { chromium, type Page } from 'playwright-core'
import { SLUICE_MAIN } from '../options.ts'
import { startPeer } from '../processes/start-peer.ts'
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
  /** Of the built product. */
  readonly url: string
  /** Measures an answer in the built product. */
  sluice(ask: Ask): Promise<Figures>
  /** Measures another renderer with the text of the product's last answer. */
  peer(name: Peer, ask: Ask): Promise<Figures>
  open(url: string, slow: number): Promise<{ page: Page; probe: Probe }>
}

export async function startBench(): Promise<Bench> {
  const simulator = await startSimulator({ defaults: { ttft: 0, thinking: 0 } })
  const product = await startPeer('sluice', { upstreamUrl: simulator.url, sluiceMain: SLUICE_MAIN })
  const browser = await chromium.launch(chromiumOptions())
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
    url: product.url,
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
