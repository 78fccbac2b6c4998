import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { copiedAnswer, copiedBy } from './copied-answer.ts'
import { type Product, startProduct } from '../product/start-product.ts'

let browser: Browser
let simulator: Simulator
let product: Product
let context: BrowserContext
let page: Page
let complaints: string[]
/** Requests of the page to other origins. */
let foreign: string[]

const browserTest = noBrowser === undefined ? test : test.skip

beforeAll(async () => {
  if (noBrowser !== undefined) return
  browser = await launchChromium()
  simulator = await startSimulator({ defaults: { ttft: 0, tps: 300, thinking: 0 } })
  product = await startProduct({ ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: simulator.url })
})
afterAll(async () => {
  await browser?.close()
  await product?.stop('SIGKILL')
  await simulator?.close()
})

beforeEach(async () => {
  if (noBrowser !== undefined) return
  simulator.reset()
  context = await browser.newContext({ viewport: { width: 1000, height: 700 } })
  page = await context.newPage()
  complaints = []
  foreign = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(product.url)) foreign.push(request.url())
  })
})
afterEach(() => context?.close())

async function ask(prompt: string): Promise<void> {
  await page.getByTestId('composer').fill(prompt)
  await page.getByTestId('composer').press('Enter')
}

const answer = () => page.getByTestId('answer').last()
const over = () =>
  page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLElement>('[data-testid=answer]')].every(
      ({ dataset }) => dataset['status'] === 'done',
    ),
  )
const longerThan = (length: number) =>
  page.waitForFunction(
    (least) => (document.querySelector('[data-testid=answer-text]')?.textContent ?? '').length > least,
    length,
  )
const sent = () => simulator.stats().requests.at(-1)?.text ?? ''

/** The HTML of the answer without what changes after its end: colours, and offscreen classes. */
async function documentOf(): Promise<string> {
  await page.waitForFunction(
    () => document.querySelector('[data-testid=answer-text] .md-group')?.textContent !== '',
  )
  return page.evaluate(() => {
    const text = document.querySelector('[data-testid=answer-text]')?.cloneNode(true) as HTMLElement
    for (const colour of text.querySelectorAll('.md-piece span')) colour.replaceWith(...colour.childNodes)
    text.normalize()
    // React appends attributes that are added later.
    for (const element of text.querySelectorAll('*')) {
      const attributes = [...element.attributes].toSorted((a, b) => a.name.localeCompare(b.name))
      for (const { name } of attributes) element.removeAttribute(name)
      for (const { name, value } of attributes) element.setAttribute(name, value)
    }
    return text.innerHTML.replaceAll(/ md-offscreen/g, '').replaceAll(/note-[^"]*?-(?=[^"-]*")/g, 'note-')
  })
}

/** Starts to measure how far the view is from the end, in and between frames. */
async function watchScroll(): Promise<void> {
  await page.evaluate(() => {
    const view = document.querySelector('main') as HTMLElement
    const seen = { frames: 0, offBottom: 0, worst: 0 }
    Object.assign(window, { seen })
    const look = () => {
      const off = view.scrollHeight - view.scrollTop - view.clientHeight
      seen.worst = Math.max(seen.worst, off)
      if (off > 40) seen.offBottom++
    }
    // Before layout, after observers have run, and between frames.
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      look()
      setTimeout(look, 5)
      inFrame()
    })
    port1.start()
    const inFrame = () =>
      requestAnimationFrame(() => {
        seen.frames++
        look()
        port2.postMessage('painted')
      })
    inFrame()
  })
}
const scrollSeen = () =>
  page.evaluate(
    () => (window as unknown as { seen: { frames: number; offBottom: number; worst: number } }).seen,
  )

browserTest(
  '300 tokens per second make at most 12 commits per second, and the text is what Claude sent',
  async () => {
    await page.goto(product.url)
    await ask('Stream [[sim tps=300 tokens=1500]]')
    await over()
    const { startedAt, endedAt = 0 } = simulator.stats().requests[0] ?? { startedAt: 0 }
    const seconds = (endedAt - startedAt) / 1000
    const commits = Number(await answer().getAttribute('data-commits'))
    // No lower bound: a busy machine sends and shows fewer. The benchmark measures an idle one.
    expect(commits).toBeGreaterThan(10)
    expect(commits / seconds).toBeLessThanOrEqual(12)
    expect(await copiedAnswer(page)).toBe(sent())
    expect(complaints).toEqual([])
  },
)

for (const text of ['markdown', 'references', 'fence', 'list', 'table', 'paragraph']) {
  browserTest(`streamed ${text} is the same document as after a reload`, async () => {
    await page.goto(product.url)
    await ask(`Document [[sim tps=0 tokens=6000 text=${text}]]`)
    await over()
    expect(await copiedAnswer(page)).toBe(sent())
    const streamed = await documentOf()
    await page.reload()
    await over()
    await expect.poll(documentOf, { timeout: 10_000 }).toBe(streamed)
    expect(complaints).toEqual([])
    expect(foreign).toEqual([])
  })
}

browserTest('while an answer is followed, the end is never more than 40 px off', async () => {
  await page.goto(product.url)
  await ask('Follow [[sim tps=900 tokens=3000]]')
  await longerThan(1500)
  await watchScroll()
  await over()
  const { frames, offBottom, worst } = await scrollSeen()
  expect(frames).toBeGreaterThan(100)
  expect(offBottom, `worst ${worst} px off`).toBe(0)
})

browserTest(
  'from a question to its answer’s last reference, the end is never more than 40 px off',
  async () => {
    await page.goto(product.url)
    await ask('Fill the page [[sim tps=0 tokens=1500]]')
    await over()
    await watchScroll()
    await ask('And on [[sim tps=900 tokens=1500 text=references]]')
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=answer]').length === 2)
    await over()
    // It was finished long before its reference was defined.
    await page.waitForFunction(
      () => document.querySelector('li:last-child .md-group p:first-child a') !== null,
    )
    const { frames } = await scrollSeen()
    await page.waitForFunction(
      (before) => (window as unknown as { seen: { frames: number } }).seen.frames > before + 1,
      frames,
    )
    const { offBottom, worst } = await scrollSeen()
    expect(frames).toBeGreaterThan(50)
    expect(offBottom, `worst ${worst} px off`).toBe(0)
  },
)

browserTest('nothing moves for a reader who scrolled up, and one press returns to the end', async () => {
  await page.goto(product.url)
  await ask('Scroll up [[sim tps=900 tokens=6000]]')
  await longerThan(6000)
  await page.mouse.move(400, 300)
  await page.mouse.wheel(0, -900)
  await page.getByTestId('jump-to-latest').waitFor()
  const moved = await page.evaluate(async () => {
    const view = document.querySelector('main') as HTMLElement
    // Wheel scrolling is animated.
    for (let still = 0, before = -1; still < 20; before = view.scrollTop) {
      await new Promise(requestAnimationFrame)
      still = view.scrollTop === before ? still + 1 : 0
    }
    const shown = document.querySelector('[data-testid=answer]') as HTMLElement
    const reading = document.elementFromPoint(400, 300) as HTMLElement
    const top = reading.getBoundingClientRect().top
    const until = Number(shown.dataset['commits']) + 10
    let worst = 0
    while (Number(shown.dataset['commits']) < until && shown.dataset['status'] === 'streaming') {
      await new Promise(requestAnimationFrame)
      worst = Math.max(worst, Math.abs(reading.getBoundingClientRect().top - top))
    }
    return { worst, missed: until - Number(shown.dataset['commits']) }
  })
  // The browser anchors to whole pixels and heights may have fractions, so one pixel is allowed.
  expect(moved.worst).toBeLessThanOrEqual(1)
  expect(moved.missed).toBeLessThanOrEqual(0)
  await page.getByTestId('jump-to-latest').click()
  await page.getByTestId('jump-to-latest').waitFor({ state: 'detached' })
  await watchScroll()
  await over()
  expect((await scrollSeen()).offBottom).toBe(0)
  expect(await page.getByTestId('jump-to-latest').count()).toBe(0)
})

browserTest('selected text stays where it is', async () => {
  await page.goto(product.url)
  await ask('Select [[sim tps=900 tokens=4000]]')
  await longerThan(3000)
  const moved = await page.evaluate(async () => {
    const shown = document.querySelector('[data-testid=answer]') as HTMLElement
    const block = [...document.querySelectorAll('[data-testid=answer-text] p')].at(-2) as HTMLElement
    document.getSelection()?.selectAllChildren(block)
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    const top = block.getBoundingClientRect().top
    const until = Number(shown.dataset['commits']) + 10
    let worst = 0
    while (Number(shown.dataset['commits']) < until && shown.dataset['status'] === 'streaming') {
      await new Promise(requestAnimationFrame)
      worst = Math.max(worst, Math.abs(block.getBoundingClientRect().top - top))
    }
    return {
      worst,
      missed: until - Number(shown.dataset['commits']),
      selected: String(document.getSelection()),
    }
  })
  expect(moved.worst).toBe(0)
  expect(moved.missed).toBeLessThanOrEqual(0)
  expect(moved.selected).not.toBe('')
})

browserTest('keys and touch also stop following', async () => {
  await page.goto(product.url)
  await ask('Keys [[sim tps=900 tokens=4000]]')
  await longerThan(4000)
  await page.locator('main').focus()
  await page.keyboard.press('PageUp')
  await page.getByTestId('jump-to-latest').click()
  await page.locator('main').evaluate((main) => {
    const touch = (type: string, clientY: number) => {
      const point = new Touch({ identifier: 1, target: main, clientX: 200, clientY })
      main.dispatchEvent(new TouchEvent(type, { touches: [point], bubbles: true }))
    }
    touch('touchstart', 200)
    touch('touchmove', 210)
  })
  await page.getByTestId('jump-to-latest').waitFor()
})

browserTest('code is plain until its fence closes, then coloured and as it was', async () => {
  await page.goto(product.url)
  await ask('Code [[sim tps=600 tokens=1200 text=fence]]')
  await longerThan(900)
  expect(await page.locator('.md-code [class^=hljs]').count()).toBe(0)
  const plain = (await page.locator('.md-code code').textContent()) ?? ''
  await over()
  await page.locator('.md-code .hljs-keyword').first().waitFor()
  const coloured = await page.locator('.md-code code').textContent()
  expect(coloured?.startsWith(plain.slice(0, -80))).toBe(true)
  const code = /```ts\n(.*)\n```/s.exec(sent())?.[1] ?? ''
  expect(coloured?.replaceAll('\n', '')).toBe(code.replaceAll('\n', ''))
  expect(complaints).toEqual([])
})

browserTest('code is coloured once it is near the viewport, not before, and copied as written', async () => {
  await page.goto(product.url)
  await ask('Code [[sim tps=0 tokens=24000]]')
  await over()
  const first = page.locator('.md-code').first()
  const coloured = first.locator('[class^=hljs]')
  // While the answer grew, all of its code was near the viewport once.
  await page.reload()
  await first.waitFor({ state: 'attached' })
  // The start of a long answer is added while the page is idle, which keeps the page at the end meanwhile.
  await expect
    .poll(async () => {
      await first.scrollIntoViewIfNeeded()
      return coloured.count()
    })
    .toBeGreaterThan(0)
  const copied = await copiedBy(page, first.getByRole('button', { name: 'Copy code' }))
  expect(copied).toBe(/```\w+\n(.*?)\n```/s.exec(sent())?.[1])
  await first.getByText('Copied').waitFor()
  const blocks = await page.locator('.md-code').count()
  expect(await page.locator('.md-code:has([class^=hljs])').count()).toBeLessThan(blocks)
  expect(complaints).toEqual([])
})

browserTest('selection and focus stay, however long the answer becomes', async () => {
  await page.goto(product.url)
  await ask('Stay [[sim tps=3000 tokens=12000]]')
  await page.locator('.md-code').first().waitFor()
  const code = await page.locator('.md-code pre').first().elementHandle()
  await code?.focus()
  const paragraph = await page.locator('[data-testid=answer-text] p').first().elementHandle()
  await paragraph?.evaluate((element) => document.getSelection()?.selectAllChildren(element))
  const selected = await page.evaluate(() => String(document.getSelection()))
  await over()
  expect(await page.evaluate(() => String(document.getSelection()))).toBe(selected)
  expect(await paragraph?.evaluate((element) => element.isConnected)).toBe(true)
  expect(await code?.evaluate((element) => element === document.activeElement)).toBe(true)
})

browserTest('selected code keeps its colours, and the selection stays', async () => {
  await page.goto(product.url)
  await ask('Write a TypeScript function [[sim tps=0 tokens=24000]]')
  await over()
  const scrollTo = (which: 0 | -1) =>
    page.evaluate((at) => [...document.querySelectorAll('.md-piece')].at(at)?.scrollIntoView(), which)
  await scrollTo(0)
  await page.locator('.md-piece:has(span)').first().waitFor()
  const selected = await page.evaluate(() => {
    const code = document.querySelector('.md-piece:has(span)')
    if (code) document.getSelection()?.setBaseAndExtent(code, 1, code, 4)
    return String(document.getSelection())
  })
  expect(selected).not.toBe('')
  await scrollTo(-1)
  // By then the observer has also reported the pieces that left the view.
  await page.locator('.md-piece').last().locator('span').first().waitFor()
  expect(await page.evaluate(() => String(document.getSelection()))).toBe(selected)
})

browserTest('a block that throws is shown as its source, and the rest is shown normally', async () => {
  await page.addInitScript(() => {
    window.IntersectionObserver = function broken() {
      throw new Error('not in this browser')
    } as unknown as typeof IntersectionObserver
  })
  await page.goto(product.url)
  await ask('Break [[sim tps=0 tokens=900 text=fence]]')
  await over()
  await page.locator('.md-plain').waitFor()
  expect(await page.locator('.md-plain').textContent()).toContain('```ts\n// part 1')
  expect(await page.getByTestId('answer-text').textContent()).toContain('this is another block')
})

browserTest(
  'a hidden page keeps receiving, and shows everything in one commit when it is visible again',
  async () => {
    await page.goto(product.url)
    await ask('Hide [[sim tps=300 tokens=1500]]')
    await longerThan(300)
    const setHidden = (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value })
        document.dispatchEvent(new Event('visibilitychange'))
      }, hidden)
    await setHidden(true)
    const pauses = await answer().evaluate(
      (element) =>
        new Promise<number[]>((resolve) => {
          const times: number[] = []
          const observer = new MutationObserver(() => {
            times.push(performance.now())
            if (times.length < 3) return
            observer.disconnect()
            resolve(times.slice(1).map((time, index) => time - (times[index] ?? 0)))
          })
          observer.observe(element, { attributeFilter: ['data-commits'] })
        }),
    )
    const during = Number(await answer().getAttribute('data-commits'))
    await setHidden(false)
    const after = Number(await answer().getAttribute('data-commits'))
    for (const pause of pauses) expect(pause).toBeGreaterThan(900)
    expect(after - during).toBeLessThanOrEqual(2)
    await over()
    expect(await copiedAnswer(page)).toBe(sent())
  },
)
