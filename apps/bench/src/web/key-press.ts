import type { Page } from 'playwright-core'

/** Median time from a key press in the composer to the frame that shows it, in ms. */
export async function keyPressMs(page: Page, presses = 30): Promise<number> {
  await page.evaluate(() => {
    const composer = document.querySelector('[data-testid=composer]') as HTMLTextAreaElement
    const paints: number[] = []
    Object.assign(window, { paints })
    composer.focus({ preventScroll: true })
    composer.addEventListener('keydown', ({ timeStamp }) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.addEventListener('message', () => paints.push(performance.now() - timeStamp))
        port1.start()
        port2.postMessage('painted')
      })
    })
  })
  for (let press = 0; press < presses; press++) {
    await page.keyboard.press('x')
    await page.waitForTimeout(73)
  }
  const paints = await page.evaluate(() => (window as unknown as { paints: number[] }).paints)
  return paints.toSorted((a, b) => a - b)[Math.floor(paints.length / 2)] ?? Number.NaN
}
