import type { Page } from 'playwright-core'
import { addNote, ask, coloured, status, textLongerThan } from './actions.ts'
import { askUnseen } from './ask-unseen.ts'

const MINUTES =
  'The lock needs new paddles before May. Ada asks two yards for a price. The basin is closed from the 3rd to the 9th.'

type States = Readonly<Record<string, (page: Page, cut: () => void) => Promise<unknown>>>

/** States of an answer, and how to reach each from an empty page; `cut` takes the network away. */
export const ANSWER_STATES: States = {
  welcome: (page) => page.getByTestId('simulator-note').or(page.getByTestId('model')).first().waitFor(),
  waiting: async (page) => {
    await askUnseen(page, 'Explain backpressure with an everyday comparison', 'ttft=600000')
    await page.locator('[data-testid=connection][data-status=waiting]').waitFor()
  },
  thinking: async (page) => {
    await askUnseen(page, 'How does a canal lock work?', 'ttft=0 tps=40 thinking=4000 tokens=200')
    await page.getByTestId('thinking').waitFor()
  },
  streaming: async (page) => {
    await askUnseen(page, 'Tell me about canal locks', 'ttft=0 tps=200 thinking=0 tokens=20000')
    await textLongerThan(page, 2500)
  },
  complete: async (page) => {
    await askUnseen(
      page,
      'Explain backpressure with an everyday comparison',
      'ttft=40 tps=400 tokens=330 thinking=60',
    )
    await status(page, 'done')
    await askUnseen(
      page,
      'Write a TypeScript function that merges sorted lists',
      'ttft=40 tps=400 thinking=0',
    )
    await page.getByTestId('answer').nth(1).waitFor()
    await status(page, 'done')
    await coloured(page)
  },
  stopped: async (page) => {
    await askUnseen(page, 'Tell me a long story', 'ttft=0 tps=200 tokens=20000')
    await textLongerThan(page, 400)
    await page.getByTestId('stop').click()
    await status(page, 'done')
  },
  failed: async (page) => {
    await askUnseen(page, 'Why is the sky blue?', 'ttft=0 tps=400 thinking=0 fault=reset@60')
    await status(page, 'failed')
  },
  refused: async (page) => {
    await askUnseen(
      page,
      'How do I open a lock without its key?',
      'ttft=0 tps=400 thinking=0 fault=refusal@10',
    )
    await status(page, 'failed', 'done')
  },
  cut: async (page) => {
    await askUnseen(page, 'When are the tides?', 'ttft=0 tps=400 thinking=0 tokens=120 fault=max_tokens@100')
    await status(page, 'done')
  },
  asking: async (page) => {
    await askUnseen(
      page,
      'Please note what we need from the market',
      `thinking=60 tool=notes.search+notes.add+notes.add input='[{"words":"market"},{"title":"Milk","text":"Two litres"},{"title":"Bread"}]'`,
    )
    await page.getByTestId('allow').nth(1).waitFor()
  },
  noting: async (page) => {
    await ask(page, 'Add a note: Milk: two litres, by Friday')
    await page.getByTestId('allow').waitFor()
  },
  called: async (page) => {
    await ANSWER_STATES['asking']?.(page, () => {})
    await page.getByTestId('allow').first().click()
    await page.getByTestId('deny').nth(1).waitFor({ state: 'detached' })
    await page.getByTestId('deny').first().click()
    await page.getByTestId('copy-answer').waitFor()
    // The second one opens in its card.
    for (const line of await page.getByTestId('tool-line').all()) await line.locator('summary').click()
  },
  reconnecting: async (page, cut) => {
    await askUnseen(page, 'What helps to sleep better?', 'ttft=0 tps=60 thinking=0 tokens=20000')
    await textLongerThan(page, 600)
    cut()
    await page.locator('[data-testid=connection][data-status=reconnecting]').waitFor()
    // Shown only after a second.
    await page.getByTestId('retry-countdown').waitFor({ state: 'visible' })
  },
}

/** States of the rest of the page, likewise. */
export const PAGE_STATES: States = {
  editing: async (page) => {
    await ANSWER_STATES['complete']?.(page, () => {})
    await page.getByTestId('edit-prompt').first().click()
    await page.getByTestId('prompt-editor').waitFor()
  },
  menu: async (page) => {
    await ANSWER_STATES['complete']?.(page, () => {})
    await page.getByTestId('conversation-menu').click()
    await page.getByRole('menu').waitFor()
  },
  renaming: async (page) => {
    await PAGE_STATES['menu']?.(page, () => {})
    await page.getByTestId('rename-conversation').click()
    await page.getByTestId('title-field').waitFor()
  },
  versions: async (page) => {
    await ANSWER_STATES['complete']?.(page, () => {})
    await page.getByTestId('regenerate').click()
    await page.getByTestId('answer-versions').waitFor()
    await status(page, 'done')
  },
  deleted: async (page) => {
    await PAGE_STATES['menu']?.(page, () => {})
    await page.getByTestId('delete-conversation').click()
    await page.getByTestId('undo-toast').waitFor()
  },
  search: async (page) => {
    await ANSWER_STATES['complete']?.(page, () => {})
    const size = page.viewportSize()
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByTestId('search').fill('function that merges')
    await page.getByTestId('conversations').getByText('function that merges').waitFor()
    if (size) await page.setViewportSize(size)
  },
  list: async (page) => {
    await ANSWER_STATES['complete']?.(page, () => {})
    const size = page.viewportSize()
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByTestId('open-list').click()
    await page.getByTestId('list-dialog').waitFor()
    if (size) await page.setViewportSize(size)
  },
  notes: async (page) => {
    const size = page.viewportSize()
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByTestId('open-notes').click()
    if (size) await page.setViewportSize(size)
    await addNote(page, 'Packing list', 'Passport, charger, rain jacket.\nBook a window seat.')
    await addNote(page, 'Milk', '')
    await addNote(page, 'Ideas for the talk', 'Begin with a demo. '.repeat(30))
    await page.getByRole('button', { name: 'Delete “Milk”' }).click()
    await page.getByTestId('undo-toast').waitFor()
  },
  'note editor': async (page) => {
    await PAGE_STATES['notes']?.(page, () => {})
    await page.getByRole('button', { name: 'Edit “Ideas for the talk”' }).click()
    await page.getByRole('form', { name: 'Edit note' }).waitFor()
  },
  draft: async (page) => {
    await PAGE_STATES['notes']?.(page, () => {})
    await page.getByTestId('open-draft').click()
    await page.getByTestId('draft-text').fill(`${MINUTES} [[sim ttft=0 tps=20]]`)
    await page.getByTestId('make-notes').click()
    await page.getByTestId('drafted-note').nth(1).waitFor()
  },
  drafted: async (page) => {
    await PAGE_STATES['notes']?.(page, () => {})
    await page.getByTestId('open-draft').click()
    await page.getByTestId('draft-text').fill(`${MINUTES} [[sim ttft=0 tps=0]]`)
    await page.getByTestId('make-notes').click()
    await page.getByTestId('add-drafted').waitFor()
    await page.getByRole('checkbox').first().uncheck()
  },
}

/** The main states of the page. */
export const STATES: States = { ...ANSWER_STATES, ...PAGE_STATES }
