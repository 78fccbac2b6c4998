import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromiumOptions } from '@sluice/e2e/chromium-options'
import { type Browser, chromium } from 'playwright-core'
import { SLUICE_MAIN } from '../options.ts'
import { startPeer } from '../processes/start-peer.ts'
import { probe } from './probe.ts'
import { installPaintRecorder, paintRecorder } from './record-paints.ts'
import { lines } from './report.ts'
import { servePeers } from './serve-peers.ts'
import { stampedPrompt, startStampedUpstream } from './stamped-upstream.ts'

const RATES = [80, 300] as const
/** Of one answer. Its first second is not counted, because code is cold then. */
const SECONDS = 12
const WARM_UP_MS = 1000
const ROUNDS = 2
const QUICK = { seconds: 7, rounds: 1 } as const

/** A page to measure. */
interface Subject {
  readonly url: string
  /** The chat server, if it is not the page's own. The question is then asked by a script. */
  readonly chatUrl?: string
}

interface Answer {
  readonly delays: readonly number[]
  readonly paintsPerSecond: number
  readonly busyPercent: number
  readonly clockErrorMs: number
}

/**
 * The time from the upstream's write of a token to the paint that shows it: through the whole product, and through a
 * server and a page made with the AI SDK and streamdown. Their answers alternate, so that the machine's load affects all.
 */
export async function measurePaint({
  quick,
  against,
}: {
  quick: boolean
  against: string | undefined
}): Promise<string> {
  const { seconds, rounds } = quick ? QUICK : { seconds: SECONDS, rounds: ROUNDS }
  await using upstream = await startStampedUpstream()
  const sluice = (main: string) => startPeer('sluice', { upstreamUrl: upstream.url, sluiceMain: main })
  await using product = await sluice(SLUICE_MAIN)
  await using other =
    against === undefined ? undefined : await sluice(resolve(against, 'apps/server/dist/main.js'))
  await using aiSdk = await startPeer('ai-sdk', { upstreamUrl: upstream.url, sluiceMain: SLUICE_MAIN })
  const peers = await servePeers()
  const browser = await chromium.launch(chromiumOptions())
  try {
    const subjects: Readonly<Record<string, Subject>> = {
      sluice: { url: product.url },
      ...(other && { [`sluice in ${against}`]: { url: other.url } }),
      'AI SDK and streamdown': { url: `${peers.url}#ai-sdk`, chatUrl: aiSdk.url },
    }
    const answers = new Map<string, Answer[]>()
    for (let round = 0; round < rounds; round++) {
      for (const tps of RATES) {
        for (const [name, subject] of Object.entries(subjects)) {
          const key = `${name}, ${tps} tokens/s`
          const answer = await takeAnswer(browser, subject, { tps, seconds })
          answers.set(key, [...(answers.get(key) ?? []), answer])
        }
      }
    }
    return table(answers)
  } finally {
    await browser.close()
    await peers.close()
  }
}

async function takeAnswer(
  browser: Browser,
  { url, chatUrl }: Subject,
  { tps, seconds }: { tps: number; seconds: number },
): Promise<Answer> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 } })
  try {
    const page = await context.newPage()
    await installPaintRecorder(page)
    await page.goto(url)
    await page.getByTestId('composer').waitFor()
    await page.waitForTimeout(500)
    const recorder = await paintRecorder(page)
    const its = await probe(page)
    const before = await its.sample()
    const tokens = tps * seconds
    const prompt = stampedPrompt({ tps, tokens })
    if (chatUrl === undefined) {
      await page.getByTestId('composer').fill(prompt)
      await page.getByTestId('composer').press('Enter')
    } else {
      await page.evaluate(
        ([server, question]) =>
          (window as unknown as { ask: (server: string, prompt: string) => Promise<void> }).ask(
            server,
            question,
          ),
        [chatUrl, prompt] as const,
      )
    }
    // Playwright's polling of the page could cost it frames.
    await sleep(seconds * 1000)
    await page.locator('[data-testid=answer][data-status=done]').waitFor()
    const after = await its.sample()
    const painted = await recorder.painted()
    const first = painted[0]?.writtenAt ?? Number.NaN
    const warm = painted.filter(({ writtenAt }) => writtenAt > first + WARM_UP_MS)
    if (painted.length < tokens / 2) throw new Error(`${painted.length} of ${tokens / 2} stamps were painted`)
    return {
      delays: warm.map(({ writtenAt, paintedAt }) => paintedAt - writtenAt),
      paintsPerSecond: new Set(warm.map(({ paintedAt }) => paintedAt)).size / (seconds - WARM_UP_MS / 1000),
      busyPercent: (100 * (after.taskMs - before.taskMs)) / (after.at - before.at),
      clockErrorMs: recorder.clockErrorMs,
    }
  } finally {
    await context.close()
  }
}

function table(answers: ReadonlyMap<string, readonly Answer[]>): string {
  const rows = [...answers].map(([name, taken]) => {
    const delays = taken.flatMap((answer) => answer.delays).toSorted((a, b) => a - b)
    const quantile = (share: number) => (delays[Math.floor(delays.length * share)] ?? Number.NaN).toFixed(0)
    const mean = (figure: (answer: Answer) => number) =>
      (taken.reduce((sum, answer) => sum + figure(answer), 0) / taken.length).toFixed(1)
    return [
      name,
      quantile(0.5),
      quantile(0.95),
      mean(({ paintsPerSecond }) => paintsPerSecond),
      mean(({ busyPercent }) => busyPercent),
    ]
  })
  const error = Math.max(...[...answers.values()].flat().map(({ clockErrorMs }) => clockErrorMs))
  return `${lines([
    ['', 'p50, ms', 'p95, ms', 'paints a second', 'main thread busy, %'],
    ['---', '---:', '---:', '---:', '---:'],
    ...rows,
  ])}\n\nThe clocks of the upstream and the pages agree within ${error.toFixed(1)} ms.`
}
