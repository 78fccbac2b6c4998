import { readFile } from 'node:fs/promises'
import type { Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import { answers, ask, lastText, showFigures, status, textLongerThan } from './actions.ts'
import { copiedAnswer } from './copied-answer.ts'
import { pageTest } from './page-test.ts'

/** What the browser itself logs of a conversation that is not there. */
const NOT_FOUND = /Failed to load resource: the server responded with a status of 404/

const pathOf = (url: string) => new URL(url).pathname

const composerHasFocus = (page: Page) =>
  page.getByTestId('composer').evaluate((field) => field === document.activeElement)

const titles = (page: Page) => page.getByTestId('conversations').getByRole('listitem').allTextContents()

pageTest(
  'an edited question is another version: the first one is still there, with what followed it',
  async ({ page, simulator }) => {
    await ask(page, 'First [[sim tokens=30]]')
    await answers(page, 1)
    await ask(page, 'Second [[sim tokens=30]]')
    await answers(page, 2)
    await page.getByTestId('edit-prompt').first().click()
    await page.getByTestId('prompt-editor').fill('Changed [[sim tokens=40]]')
    await page.getByTestId('resend').click()
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=answer]').length === 1)
    await status(page, 'done')
    const prompts = () => page.getByTestId('prompt').allTextContents()
    expect(await prompts()).toEqual(['Changed [[sim tokens=40]]'])
    const { requests, messages } = simulator.stats()
    expect(messages).toBe(3)
    expect(requests.at(-1)?.prompt).toBe('Changed')
    const versions = page.getByTestId('question-versions')
    expect(await versions.innerText()).toBe('2 / 2')
    await page.getByRole('button', { name: 'Previous question' }).press('Enter')
    expect(await prompts()).toEqual(['First [[sim tokens=30]]', 'Second [[sim tokens=30]]'])
    expect(await versions.innerText()).toBe('1 / 2')
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Previous question')
    // What is asked now follows what is shown.
    await ask(page, 'Third [[sim tokens=30]]')
    await answers(page, 3)
    await page.reload()
    await answers(page, 3)
    expect(await prompts()).toHaveLength(3)
    await page.getByRole('button', { name: 'Next question' }).click()
    expect(await prompts()).toEqual(['Changed [[sim tokens=40]]'])
  },
)

pageTest('Esc leaves the editor and stops nothing; the question stays', async ({ page, simulator }) => {
  await ask(page, 'Keep me [[sim tokens=30]]')
  await answers(page, 1)
  await page.getByTestId('edit-prompt').click()
  await page.getByTestId('prompt-editor').fill('something else')
  await page.getByTestId('prompt-editor').press('Escape')
  expect(await page.getByTestId('prompt').textContent()).toContain('Keep me')
  expect(await composerHasFocus(page)).toBe(true)
  expect(simulator.stats().messages).toBe(1)
})

pageTest('Regenerate asks once more, and both answers can be read', async ({ page, simulator }) => {
  await ask(page, 'Again [[sim tokens=40]]')
  await answers(page, 1)
  await page.getByTestId('regenerate').click()
  await simulator.waitFor(({ messages }) => messages === 2)
  await status(page, 'done')
  const versions = page.getByTestId('answer-versions')
  await versions.getByText('2 / 2').waitFor()
  expect(await page.getByTestId('answer').count()).toBe(1)
  expect(await composerHasFocus(page)).toBe(true)
  await page.reload()
  await versions.getByText('2 / 2').waitFor()
  const focused = () => page.evaluate(() => document.activeElement?.ariaLabel)
  await page.getByRole('button', { name: 'Previous answer' }).press('Enter')
  await versions.getByText('1 / 2').waitFor()
  // Also where the arrow leads no further.
  expect(await focused()).toBe('Previous answer')
  expect(await copiedAnswer(page)).toBe(simulator.stats().requests[0]?.text)
  await page.getByRole('button', { name: 'Next answer' }).click()
  expect(await copiedAnswer(page)).toBe(simulator.stats().requests[1]?.text)
  expect(simulator.stats().messages).toBe(2)
})

pageTest(
  'an answer cut at its token limit offers to continue, which asks for the rest',
  async ({ page, simulator }) => {
    await ask(page, 'Long [[sim tokens=60 fault=max_tokens@20]]')
    await status(page, 'done')
    expect(await page.getByTestId('ending').textContent()).toContain('token limit')
    await page.getByTestId('continue').click()
    await answers(page, 2)
    expect(simulator.stats().requests[1]?.prompt).toMatch(/^Continue/)
    expect(await page.getByTestId('continue').count()).toBe(0)
  },
)

pageTest('several conversations survive a reload, and each has its address', async ({ page, simulator }) => {
  await ask(page, 'About tides [[sim tokens=30]]')
  await answers(page, 1)
  const tides = page.url()
  await page.getByRole('button', { name: 'New chat' }).click()
  await ask(page, 'About locks [[sim tokens=30]]')
  await answers(page, 1)
  const list = page.getByTestId('conversations')
  await expect.poll(() => titles(page)).toEqual(['About locks', 'About tides'])
  expect(await list.getByRole('heading').allTextContents()).toEqual(['Today'])
  expect(await list.getByRole('link', { name: 'About tides' }).getAttribute('href')).toBe(pathOf(tides))
  await page.reload()
  await answers(page, 1)
  expect(await page.getByTestId('prompt').textContent()).toContain('About locks')
  await page.goto(tides)
  expect(await page.getByTestId('prompt').textContent()).toContain('About tides')
  await page.goBack()
  await page.getByText('About locks [[sim tokens=30]]').waitFor()
  expect(simulator.stats().messages).toBe(2)
})

pageTest('the list says on which day a conversation was used last', async ({ page }) => {
  await ask(page, 'About tides [[sim tokens=30]]')
  await answers(page, 1)
  const day = page.getByTestId('conversations').getByRole('heading')
  expect(await day.allTextContents()).toEqual(['Today'])
  await page.clock.setFixedTime(Date.now() + 86_400_000)
  await page.reload()
  await day.waitFor()
  expect(await day.allTextContents()).toEqual(['Yesterday'])
})

pageTest(
  'Back shows a conversation where its reader left it, and one that was read to its end at its end',
  async ({ page }) => {
    for (const topic of ['Tides', 'Locks']) {
      await ask(page, `${topic} [[sim tokens=3000 tps=0 thinking=0 text=lorem]]`)
      await answers(page, 1)
      if (topic === 'Tides') await page.getByRole('button', { name: 'New chat' }).click()
    }
    const shown = (topic: string) => page.getByTestId('prompt').getByText(topic).waitFor()
    const view = () =>
      page.evaluate(() => {
        const main = document.querySelector('main') as HTMLElement
        return { top: main.scrollTop, below: main.scrollHeight - main.scrollTop - main.clientHeight }
      })
    expect((await view()).below).toBeLessThan(2)
    await page.getByRole('main').hover()
    await page.mouse.wheel(0, -700)
    await expect.poll(async () => (await view()).below).toBeGreaterThan(600)
    await page.getByTestId('jump-to-latest').waitFor()
    const { top } = await view()
    await page.getByTestId('conversations').getByText('Tides').click()
    await shown('Tides')
    await page.getByTestId('jump-to-latest').waitFor({ state: 'detached' })
    await expect.poll(async () => (await view()).below).toBeLessThan(2)
    await page.goBack()
    await shown('Locks')
    await page.getByTestId('jump-to-latest').waitFor()
    await expect.poll(async () => Math.abs((await view()).top - top)).toBeLessThan(100)
    await page.goForward()
    await shown('Tides')
    await expect.poll(async () => (await view()).below).toBeLessThan(2)
  },
)

pageTest(
  'the first question gives its conversation an address, and the page stays as it is',
  async ({ page }) => {
    await page.getByRole('main').evaluate((main) => (main.dataset['same'] = 'yes'))
    const before = await page.evaluate(() => history.length)
    await ask(page, 'Where am I? [[sim tokens=60]]')
    await answers(page, 1)
    expect(pathOf(page.url())).toMatch(/^\/chat\/[0-9a-f-]{36}$/)
    expect(await page.evaluate(() => history.length)).toBe(before)
    expect(await page.getByRole('main').getAttribute('data-same')).toBe('yes')
    expect(await page.getByTestId('answer').getAttribute('data-reconnects')).toBe('0')
    expect(await page.getByTestId('composer').evaluate((field) => field === document.activeElement)).toBe(
      true,
    )
  },
)

pageTest(
  'an address without a page says so, and leads home; one without a conversation is a new chat that says so',
  async (world) => {
    const { page, product } = world
    await page.goto(`${product.url}/nowhere`)
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await page.getByRole('link', { name: 'new chat' }).click()
    await page.getByTestId('composer').waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await page.goto(`${product.url}/chat/not-an-id`)
    await page.getByTestId('composer').waitFor()
    expect(pathOf(page.url())).toBe('/')
    await page.goto(`${product.url}/chat/00000000-0000-4000-8000-000000000001`)
    await page.getByTestId('notice').waitFor()
    expect(pathOf(page.url())).toBe('/')
  },
  { complaints: [NOT_FOUND] },
)

pageTest(
  'what is written goes on behind another conversation, and is there on return',
  async ({ page, simulator }) => {
    await ask(page, 'Slow one [[sim tokens=250 tps=100 thinking=0]]')
    await textLongerThan(page, 20)
    await page.getByRole('button', { name: 'New chat' }).click()
    await ask(page, 'Quick one [[sim tokens=20]]')
    await answers(page, 1)
    const { requests } = await simulator.waitFor(({ open, messages }) => open === 0 && messages === 2)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['completed', 'completed'])
    await page.getByTestId('conversations').getByText('Slow one').click()
    await status(page, 'done')
    await showFigures(page)
    expect(await page.getByTestId('usage').textContent()).toContain('250 out')
  },
)

pageTest(
  'a chat that is left before its question is accepted is answered to the end',
  async ({ page, simulator }) => {
    let accept = () => {}
    const accepted = new Promise<void>((resolve) => (accept = resolve))
    await page.route(/chat\.send/, async (route) => {
      await accepted
      await route.continue()
    })
    const sending = page.waitForRequest(/chat\.send/)
    // Longer than the grace.
    await ask(page, 'Left [[sim tokens=300 tps=100 thinking=0]]')
    await sending
    await page.getByRole('button', { name: 'New chat' }).click()
    accept()
    const { requests } = await simulator.waitFor(({ open, messages }) => open === 0 && messages === 1)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['completed'])
  },
)

for (const [how, stopReason, isBold] of [
  ['was stopped in the middle of a mark keeps its form', 'stopped', true],
  ['ended by itself is the markdown that it is', 'end_turn', false],
] as const) {
  pageTest(`an answer that ${how}, also after a reload`, async ({ page }) => {
    await ask(page, 'Half [[sim tokens=30]]')
    await answers(page, 1)
    await page.route(/conversations\.get/, async (route) => {
      const response = await route.fetch()
      const body = await response.json()
      const { events } = body.result.data.messages[1].runs[0]
      const end = { ...events.at(-1), stopReason }
      body.result.data.messages[1].runs[0].events = [events[0], { type: 'text', text: 'All of **it' }, end]
      await route.fulfill({ response, json: body })
    })
    await page.reload()
    await page.getByText('All of').waitFor()
    expect(await page.getByTestId('answer-text').locator('strong').count()).toBe(isBold ? 1 : 0)
    expect(await page.getByTestId('answer-text').textContent()).toBe(isBold ? 'All of it' : 'All of **it')
  })
}

pageTest('whatever is stored, the page comes up', async ({ page, product }) => {
  for (const value of ['', 'null', '"x"', '{}', '{"version":1}', '\u0000', '[]', '{"version":99}']) {
    await page.evaluate((text) => {
      localStorage.setItem('sluice.settings', text)
      sessionStorage.setItem('sluice.drafts', text)
      for (const key of Object.keys(sessionStorage)) sessionStorage.setItem(key, text)
    }, value)
    await page.goto(`${product.url}/chat/not-an-id`)
    await page.getByTestId('composer').waitFor()
  }
})

pageTest('a conversation is exported as Markdown and JSON, and all of them as JSON', async ({ page }) => {
  await ask(page, 'Export me [[sim tokens=40]]')
  await answers(page, 1)
  const exported = async (format: string) => {
    await page.getByTestId('conversation-menu').click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId(`export-${format}`).click(),
    ])
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
  }
  const markdown = await exported('markdown')
  expect(markdown.name).toBe('export-me.md')
  expect(markdown.text).toMatch(/^# Export me\n\n## You\n\nExport me\n\n## claude-/)
  const json = await exported('json')
  expect(JSON.parse(json.text)).toMatchObject({
    title: expect.stringContaining('Export me'),
    messages: [
      { role: 'user', content: 'Export me [[sim tokens=40]]' },
      { role: 'assistant', runs: [{ state: 'done' }] },
    ],
  })
  const all = await exported('all')
  expect(all.name).toBe('conversations.json')
  expect(JSON.parse(all.text)).toEqual({ conversations: [JSON.parse(json.text)] })
})

pageTest('a conversation is deleted, and Undo brings it back', async ({ page, simulator }) => {
  await ask(page, 'Delete me [[sim tokens=20000 thinking=0]]')
  await textLongerThan(page, 50)
  const { pathname } = new URL(page.url())
  const remove = async () => {
    await page.getByTestId('conversation-menu').click()
    await page.getByTestId('delete-conversation').click()
    await page.getByTestId('undo-toast').waitFor()
  }
  await remove()
  // It was being written, and that costs nothing any more.
  await simulator.waitFor(({ open }) => open === 0)
  expect(pathOf(page.url())).toBe('/')
  expect(await page.getByTestId('answer').count()).toBe(0)
  await page.getByTestId('conversations').waitFor({ state: 'detached' })
  await page.getByTestId('undo-delete').click()
  await status(page, 'done')
  expect(pathOf(page.url())).toBe(pathname)
  expect(await lastText(page).innerText()).not.toBe('')
  await expect.poll(() => titles(page)).toEqual(['Delete me'])
  await remove()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await page.reload()
  await page.getByText('Your chats will be listed here.').waitFor()
})

pageTest('one that is not shown is deleted from the list, and what is shown stays', async ({ page }) => {
  await ask(page, 'About tides [[sim tokens=30]]')
  await answers(page, 1)
  await page.getByRole('button', { name: 'New chat' }).click()
  await ask(page, 'About locks [[sim tokens=30]]')
  await answers(page, 1)
  const { pathname } = new URL(page.url())
  await page.getByLabel('Delete “About tides”').click()
  await page.getByTestId('undo-toast').waitFor()
  await expect.poll(() => titles(page)).toEqual(['About locks'])
  await page.getByTestId('undo-delete').click()
  await expect.poll(() => titles(page)).toEqual(['About locks', 'About tides'])
  expect(pathOf(page.url())).toBe(pathname)
})

pageTest('a title is changed in place, and Esc leaves it as it was', async ({ page }) => {
  await ask(page, 'About tides [[sim tokens=30]]')
  await answers(page, 1)
  const rename = async () => {
    await page.getByTestId('conversation-menu').click()
    await page.getByTestId('rename-conversation').click()
    return page.getByTestId('title-field')
  }
  const field = await rename()
  expect(await field.inputValue()).toBe('About tides')
  await field.fill('Ebb and flow')
  await field.press('Enter')
  await page.getByTestId('title').getByText('Ebb and flow').waitFor()
  expect(await composerHasFocus(page)).toBe(true)
  await expect.poll(() => titles(page)).toEqual(['Ebb and flow'])
  await (await rename()).fill('Nothing')
  await page.keyboard.press('Escape')
  await page.getByTestId('title').getByText('Ebb and flow').waitFor()
  expect(await composerHasFocus(page)).toBe(true)
  await page.reload()
  await page.getByTestId('title').getByText('Ebb and flow').waitFor()
})

pageTest(
  'a title that is being changed when another conversation is opened is not given to that one',
  async ({ page }) => {
    await ask(page, 'About tides [[sim tokens=30]]')
    await answers(page, 1)
    await page.getByRole('button', { name: 'New chat' }).click()
    await ask(page, 'About rain [[sim tokens=30]]')
    await answers(page, 1)
    await page.getByTestId('conversation-menu').click()
    await page.getByTestId('rename-conversation').click()
    await page.getByTestId('title-field').waitFor()
    await page.goBack()
    await page.getByTestId('prompt').getByText('About tides').waitFor()
    expect(await page.getByTestId('title-field').count()).toBe(0)
    expect(await page.getByTestId('title').textContent()).toBe('About tides')
  },
)

pageTest('Esc in the search empties it, and the answer goes on', async ({ page, simulator }) => {
  await ask(page, 'Go on [[sim tokens=20000 tps=100 thinking=0]]')
  await textLongerThan(page, 20)
  await page.getByTestId('search').fill('tides')
  await page.keyboard.press('Escape')
  expect(await page.getByTestId('search').inputValue()).toBe('')
  expect(simulator.stats().open).toBe(1)
})

pageTest(
  'a failure is shown in its own conversation only',
  async ({ page }) => {
    await ask(page, 'About tides [[sim tokens=30]]')
    await answers(page, 1)
    const error = { message: 'Not now.', code: -32600, data: { code: 'BAD_REQUEST', httpStatus: 400 } }
    await page.route(/conversations\.rename/, (route) => route.fulfill({ status: 400, json: { error } }))
    await page.getByTestId('conversation-menu').click()
    await page.getByTestId('rename-conversation').click()
    await page.getByTestId('title-field').fill('Ebb and flow')
    await page.getByTestId('title-field').press('Enter')
    await page.getByTestId('notice').getByText('Not now.').waitFor()
    await page.getByRole('button', { name: 'New chat' }).click()
    await page.getByTestId('notice').waitFor({ state: 'detached' })
    await page.goBack()
    await answers(page, 1)
    expect(await page.getByTestId('notice').count()).toBe(0)
  },
  { complaints: [/status of 400/] },
)

pageTest('Undo does not wait for the lists, and leaves alone what was opened since', async ({ page }) => {
  await ask(page, 'About tides [[sim tokens=30]]')
  await answers(page, 1)
  await page.getByRole('button', { name: 'New chat' }).click()
  await ask(page, 'About locks [[sim tokens=30]]')
  await answers(page, 1)
  const { pathname } = new URL(page.url())
  const remove = async () => {
    await page.getByTestId('conversation-menu').click()
    await page.getByTestId('delete-conversation').click()
    await page.getByTestId('undo-toast').waitFor()
  }
  await remove()
  const lists: Route[] = []
  await page.route(/conversations\.list/, (route) => void lists.push(route))
  await page.getByTestId('undo-delete').click()
  await page.waitForURL(`**${pathname}`)
  await page.unroute(/conversations\.list/)
  for (const route of lists) await route.continue()
  await remove()
  const held = new Promise<Route>((resolve) => void page.route(/conversations\.restore/, resolve))
  await page.getByTestId('undo-delete').click()
  await page.getByTestId('conversations').getByText('About tides').click()
  await page.getByTestId('prompt').getByText('About tides').waitFor()
  await (await held).continue()
  await expect.poll(() => titles(page)).toEqual(['About locks', 'About tides'])
  expect(await page.getByTestId('prompt').textContent()).toContain('About tides')
})

pageTest('a search finds titles and messages, and shows where', async ({ page }) => {
  await ask(page, 'About tides [[sim tokens=30]]')
  await answers(page, 1)
  await ask(page, 'And what of the moon? [[sim tokens=30]]')
  await answers(page, 2)
  await page.getByRole('button', { name: 'New chat' }).click()
  await ask(page, 'About locks [[sim tokens=30]]')
  await answers(page, 1)
  const search = page.getByTestId('search')
  await search.fill('TIDES')
  await expect.poll(() => titles(page)).toEqual(['About tides'])
  await search.fill('the moon')
  await page.getByTestId('conversations').getByText('what of the moon').waitFor()
  await search.fill('nowhere to be found')
  await page.getByText('Nothing found.').waitFor()
  await search.fill('')
  await expect.poll(() => titles(page)).toEqual(['About locks', 'About tides'])
})

pageTest('a long list is read page by page', async ({ page }) => {
  await page.route(/conversations\.list/, (route) => {
    const url = new URL(route.request().url())
    const input = JSON.parse(url.searchParams.get('input') ?? '{}')
    url.searchParams.set('input', JSON.stringify({ ...input, limit: 2 }))
    return route.continue({ url: url.href })
  })
  for (const topic of ['One', 'Two', 'Three']) {
    await ask(page, `${topic} [[sim tokens=20]]`)
    await answers(page, 1)
    await page.getByRole('button', { name: 'New chat' }).click()
  }
  await expect.poll(() => titles(page)).toEqual(['Three', 'Two'])
  await page.getByTestId('more-conversations').click()
  await expect.poll(() => titles(page)).toEqual(['Three', 'Two', 'One'])
  expect(await page.getByTestId('more-conversations').count()).toBe(0)
})

pageTest('a draft survives a reload, with its files', async ({ page }) => {
  await page.getByTestId('composer').fill('Half a thou')
  await page.getByTestId('file-input').setInputFiles({
    name: 'note.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.4'),
  })
  await page.getByTestId('attachment').getByText('note.pdf').waitFor()
  await page.reload()
  expect(await page.getByTestId('composer').inputValue()).toBe('Half a thou')
  // What shows a file is loaded when there is one.
  await page.getByTestId('draft-attachments').getByText('note.pdf').waitFor()
})

pageTest('the model and effort that were picked are asked, and remembered', async ({ page, simulator }) => {
  await page.getByTestId('model').selectOption('claude-haiku-5-5')
  await page.getByTestId('effort').selectOption('low')
  await page.reload()
  await ask(page, 'Who are you? [[sim tokens=20]]')
  await answers(page, 1)
  expect(simulator.stats().requests[0]?.model).toBe('claude-haiku-5-5')
  expect(await page.getByTestId('effort').inputValue()).toBe('low')
})
