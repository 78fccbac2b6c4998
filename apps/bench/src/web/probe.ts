import type { CDPSession, Page } from 'playwright-core'

/** The figures of a page so far. */
export interface Sample {
  readonly at: number
  /** Milliseconds that the main thread was busy. */
  readonly taskMs: number
  readonly commits: number
  readonly position: number
  readonly status: string
}

export interface Probe {
  sample(): Promise<Sample>
  /** Tasks over 50 ms since the probe began. */
  longTasks(): Promise<readonly number[]>
  /** After a garbage collection. */
  heapMb(): Promise<number>
  throttle(rate: number): Promise<void>
}

/** Call it before the page is opened. */
export async function installProbe(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const long: number[] = []
    Object.assign(window, { longTasks: long })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long.push(duration)
    }).observe({ type: 'longtask', buffered: true })
  })
}

export async function probe(page: Page): Promise<Probe> {
  const session: CDPSession = await page.context().newCDPSession(page)
  // Processor time, because other processes share the machine.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await session.send('HeapProfiler.enable')
  const metric = async (name: string) => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find((one) => one.name === name)?.value ?? 0
  }
  return {
    async sample() {
      const [taskSeconds, state] = await Promise.all([
        metric('TaskDuration'),
        page.evaluate(() => {
          // Native, and in one call: a locator of Playwright visits every element of the page in JavaScript, which
          // would be counted as a cost of the answer, and grow with it.
          const answers = document.querySelectorAll<HTMLElement>('[data-testid=answer]')
          const { commits = '0', position = '0', status = '' } = answers[answers.length - 1]?.dataset ?? {}
          return { commits: Number(commits), position: Number(position), status }
        }),
      ])
      return { at: performance.now(), taskMs: taskSeconds * 1000, ...state }
    },
    longTasks: () => page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks),
    async heapMb() {
      await session.send('HeapProfiler.collectGarbage')
      return (await metric('JSHeapUsedSize')) / 2 ** 20
    },
    async throttle(rate) {
      await session.send('Emulation.setCPUThrottlingRate', { rate })
    },
  }
}
