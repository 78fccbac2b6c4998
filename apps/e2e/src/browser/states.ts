import type { Page } from 'playwright-core'
import { ask, status, textLongerThan } from './actions.ts'

/** The main states of the page, and how to reach each from an empty page; `cut` takes the network away. */
export const STATES: Readonly<Record<string, (page: Page, cut: () => void) => Promise<unknown>>> = {
  welcome: (page) => page.getByTestId('simulator-note').or(page.getByTestId('model')).first().waitFor(),
  waiting: async (page) => {
    await ask(page, 'Explain backpressure with an everyday comparison [[sim ttft=600000]]')
    await page.locator('[data-testid=connection][data-status=waiting]').waitFor()
  },
  thinking: async (page) => {
    await ask(page, 'How does a canal lock work? [[sim ttft=0 tps=40 thinking=4000 tokens=200]]')
    await page.getByTestId('thinking').waitFor()
  },
  streaming: async (page) => {
    await ask(page, 'Tell me about canal locks [[sim ttft=0 tps=200 thinking=0 tokens=20000]]')
    await textLongerThan(page, 2500)
  },
  complete: async (page) => {
    await ask(
      page,
      'Explain backpressure with an everyday comparison [[sim ttft=40 tps=400 tokens=330 thinking=60]]',
    )
    await status(page, 'done')
    await ask(page, 'And in code? [[sim ttft=40 tps=400 tokens=420 thinking=0 seed=code]]')
    await page.getByTestId('answer').nth(1).waitFor()
    await status(page, 'done')
  },
  stopped: async (page) => {
    await ask(page, 'Tell me a long story [[sim ttft=0 tps=200 tokens=20000]]')
    await textLongerThan(page, 400)
    await page.getByTestId('stop').click()
    await status(page, 'done')
  },
  failed: async (page) => {
    await ask(page, 'Break halfway [[sim ttft=0 tps=400 thinking=0 fault=reset@60]]')
    await status(page, 'failed')
  },
  refused: async (page) => {
    await ask(page, 'Something Claude declines [[sim ttft=0 tps=400 thinking=0 fault=refusal@10]]')
    await status(page, 'failed', 'done')
  },
  cut: async (page) => {
    await ask(
      page,
      'Too long for its limit [[sim ttft=0 tps=400 thinking=0 tokens=120 fault=max_tokens@100]]',
    )
    await status(page, 'done')
  },
  editing: async (page) => {
    await STATES['complete']?.(page, () => {})
    await page.getByTestId('edit-prompt').first().click()
    await page.getByTestId('prompt-editor').waitFor()
  },
  menu: async (page) => {
    await STATES['complete']?.(page, () => {})
    await page.getByTestId('conversation-menu').click()
    await page.getByRole('menu').waitFor()
  },
  deleting: async (page) => {
    await STATES['menu']?.(page, () => {})
    await page.getByTestId('delete-conversation').click()
    await page.getByTestId('delete-dialog').waitFor()
  },
  list: async (page) => {
    await STATES['complete']?.(page, () => {})
    const size = page.viewportSize()
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByTestId('open-list').click()
    await page.getByTestId('list-dialog').waitFor()
    if (size) await page.setViewportSize(size)
  },
  reconnecting: async (page, cut) => {
    await ask(page, 'Stay with me [[sim ttft=0 tps=60 thinking=0 tokens=20000]]')
    await textLongerThan(page, 600)
    cut()
    await page.locator('[data-testid=connection][data-status=reconnecting]').waitFor()
    // Shown only after a second.
    await page.getByTestId('retry-countdown').waitFor({ state: 'visible' })
  },
}
