import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { answers, ask, status, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

pageTest(
  'an edited question takes its turn’s place, and what came after it is gone',
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
    expect(await page.getByTestId('prompt').allTextContents()).toEqual(['Changed [[sim tokens=40]]'])
    const { requests, messages } = simulator.stats()
    expect(messages).toBe(3)
    expect(requests.at(-1)?.prompt).toBe('Changed')
  },
)

pageTest('Esc leaves the editor and stops nothing; the question stays', async ({ page, simulator }) => {
  await ask(page, 'Keep me [[sim tokens=30]]')
  await answers(page, 1)
  await page.getByTestId('edit-prompt').click()
  await page.getByTestId('prompt-editor').fill('something else')
  await page.getByTestId('prompt-editor').press('Escape')
  expect(await page.getByTestId('prompt').textContent()).toContain('Keep me')
  expect(simulator.stats().messages).toBe(1)
})

pageTest('Regenerate asks once more, in place of the answer', async ({ page, simulator }) => {
  await ask(page, 'Again [[sim tokens=40 seed=a]]')
  await answers(page, 1)
  await page.getByTestId('regenerate').click()
  await simulator.waitFor(({ messages }) => messages === 2)
  await status(page, 'done')
  expect(await page.getByTestId('answer').count()).toBe(1)
  expect(await page.getByTestId('composer').evaluate((field) => field === document.activeElement)).toBe(true)
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
  await page.getByTestId('new-chat').click()
  await ask(page, 'About locks [[sim tokens=30]]')
  await answers(page, 1)
  const list = page.getByTestId('conversations').getByRole('listitem')
  expect(await list.allTextContents()).toEqual(['About locks', 'About tides'])
  await page.reload()
  await answers(page, 1)
  expect(await page.getByTestId('prompt').textContent()).toContain('About locks')
  await page.goto(tides)
  await page.reload()
  expect(await page.getByTestId('prompt').textContent()).toContain('About tides')
  await page.goBack()
  await page.getByText('About locks [[sim tokens=30]]').waitFor()
  expect(simulator.stats().messages).toBe(2)
})

pageTest(
  'what is written goes on behind another conversation, and is there on return',
  async ({ page, simulator }) => {
    await ask(page, 'Slow one [[sim tokens=250 tps=100 thinking=0]]')
    await textLongerThan(page, 20)
    await page.getByTestId('new-chat').click()
    await ask(page, 'Quick one [[sim tokens=20]]')
    await answers(page, 1)
    const { requests } = await simulator.waitFor(({ open, messages }) => open === 0 && messages === 2)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['completed', 'completed'])
    await page.getByTestId('conversations').getByText('Slow one').click()
    await status(page, 'done')
    expect(await page.getByTestId('usage').textContent()).toContain('250 out')
  },
)

pageTest(
  'corrupt and foreign records are set aside with a message, and the rest is there',
  async ({ page }) => {
    await ask(page, 'Still here [[sim tokens=30]]')
    await answers(page, 1)
    await page.evaluate(() => {
      localStorage.setItem('sluice.conversation.broken', '{"version":1,"turns":[{"')
      localStorage.setItem('sluice.conversation.foreign', '[1,2,3]')
      const key =
        Object.keys(localStorage).find((name) => /^sluice\.conversation\.[0-9a-f-]{36}$/.test(name)) ?? ''
      const record = JSON.parse(localStorage.getItem(key) ?? '')
      record.id = '00000000-0000-4000-8000-000000000000'
      record.turns[0].view.position = -3
      localStorage.setItem(`sluice.conversation.${record.id}`, JSON.stringify(record))
    })
    await page.reload()
    expect(await page.getByTestId('notice').textContent()).toContain(
      '3 stored conversations could not be read',
    )
    expect(await page.getByTestId('prompt').textContent()).toContain('Still here')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('Download').click()])
    expect(await readFile(await file.path(), 'utf8')).toContain('broken')
    await page.getByTestId('drop-set-aside').click()
    expect(await page.getByTestId('notice').count()).toBe(0)
    await page.reload()
    await answers(page, 1)
    expect(await page.getByTestId('notice').count()).toBe(0)
  },
)

for (const [how, stopReason, isBold] of [
  ['was stopped in the middle of a mark keeps its form', 'stopped', true],
  ['ended by itself is the markdown that it is', 'end_turn', false],
] as const) {
  pageTest(`an answer that ${how}, also after a reload`, async ({ page }) => {
    await ask(page, 'Half [[sim tokens=30]]')
    await answers(page, 1)
    const id = '00000000-0000-4000-8000-000000000001'
    await page.evaluate(
      ([other, reason]) => {
        const key = Object.keys(localStorage).find((name) => name.startsWith('sluice.conversation.')) ?? ''
        const record = JSON.parse(localStorage.getItem(key) ?? '')
        record.id = other
        Object.assign(record.turns[0].view, { thinking: '', text: 'All of **it', stopReason: reason })
        localStorage.setItem(`sluice.conversation.${other}`, JSON.stringify(record))
        location.hash = other
      },
      [id, stopReason] as const,
    )
    await page.reload()
    await page.getByText('All of').waitFor()
    expect(await page.getByTestId('answer-text').locator('strong').count()).toBe(isBold ? 1 : 0)
    expect(await page.getByTestId('answer-text').textContent()).toBe(isBold ? 'All of it' : 'All of **it')
  })
}

pageTest('whatever is stored, the page comes up', async ({ page, product }) => {
  for (const value of ['', 'null', '"x"', '{}', '{"version":1}', '\u0000', '[]', '{"version":99}']) {
    await page.evaluate((text) => {
      for (const key of ['settings', 'conversation.x', 'draft.x', 'chat'])
        localStorage.setItem(`sluice.${key}`, text)
      for (const key of Object.keys(sessionStorage)) sessionStorage.setItem(key, text)
    }, value)
    await page.goto(`${product.url}/#not-an-id`)
    await page.reload()
    await page.getByTestId('composer').waitFor()
  }
})

pageTest('a conversation is exported as Markdown and JSON, and deleted for good', async ({ page }) => {
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
  expect(markdown.text).toMatch(/^# Export me\n\n## You\n\nExport me \[\[sim tokens=40\]\]\n\n## claude-/)
  const json = await exported('json')
  expect(JSON.parse(json.text).turns[0].view.status).toBe('done')
  await page.getByTestId('conversation-menu').click()
  await page.getByTestId('delete-conversation').click()
  await page.getByTestId('confirm-delete').click()
  expect(await page.getByTestId('answer').count()).toBe(0)
  await page.reload()
  await page.getByTestId('composer').waitFor()
  expect(await page.getByTestId('conversations').count()).toBe(0)
})

pageTest('a draft survives a reload, with its files', async ({ page }) => {
  await page.getByTestId('composer').fill('Half a thou')
  await page.getByTestId('file-input').setInputFiles({
    name: 'note.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.4'),
  })
  await page.getByTestId('draft-attachments').getByText('note.pdf').waitFor()
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
