import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../browser/chromium.ts'
import { startProduct } from '../product/start-product.ts'
import { probe } from './probe.ts'
import { installPaintRecorder, paintRecorder } from './record-paints.ts'
import { lines } from './report.ts'
import { servePeers } from './serve-peers.ts'
import { stampedPrompt, startStampedUpstream } from './stamped-upstream.ts'

const RATES = [80, 300] as const
/** Of one answer; its first second is not counted, in which code is cold. */
const SECONDS = 12
const WARM_UP_MS = 1000
const ROUNDS = 2
const QUICK = { seconds: 7, rounds: 1 } as const

const AI_SDK_SERVER = resolve(import.meta.dirname, '../../../bench/src/peers/ai-sdk.ts')

/** A page to be measured: opened with its composer ready, and then asked. */
interface Subject {
  readonly url: string
  /** Of the chat server, where it is not the page's own; the page is then asked by its script. */
  readonly chatUrl?: string
}

interface Answer {
  readonly delays: readonly number[]
  readonly paintsPerSecond: number
  readonly busyPercent: number
  readonly clockErrorMs: number
}

/**
 * How long a token takes from the upstream's write to the paint that shows it, through the whole product, and through
 * a server and a page made with the AI SDK and streamdown. Answers alternate, so that all meet the same machine.
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
  const env = { ANTHROPIC_API_KEY: 'key-of-nobody', ANTHROPIC_BASE_URL: upstream.url }
  await using product = await startProduct(env)
  await using other =
    against === undefined
      ? undefined
      : await startProduct(env, [resolve(against, 'apps/server/dist/main.js')])
  await using aiSdk = await startProduct({ NODE_ENV: 'production', UPSTREAM_URL: upstream.url }, [
    '--import',
    import.meta.resolve('tsx'),
    AI_SDK_SERVER,
  ])
  const peers = await servePeers()
  const browser = await launchChromium()
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
    // Asking the page whether it is done, as Playwright does, may cost it frames.
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
