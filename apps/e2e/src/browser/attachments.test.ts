import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { answers, ask } from './actions.ts'
import { pageTest } from './page-test.ts'

const pdf = (name: string, bytes: number) => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(bytes - 9)]),
})

const sentAs = (type: string, { mimeType, buffer }: { mimeType: string; buffer: Buffer }) => ({
  type,
  mediaType: mimeType,
  bytes: buffer.length,
  sha256: createHash('sha256').update(buffer).digest('hex'),
})

const LIMIT = { MAX_PROMPT_CHARS: '40000' }

pageTest(
  'a PDF within the limit goes along, is shown with the question, and is there after a reload',
  async ({ page, simulator }) => {
    await page.getByTestId('file-input').setInputFiles(pdf('plan.pdf', 20_000))
    await page.getByTestId('draft-attachments').getByText('plan.pdf').waitFor()
    await ask(page, 'What does it say? [[sim tokens=30]]')
    await answers(page, 1)
    expect(simulator.stats().requests[0]?.prompt).toBe('What does it say?')
    await page.reload()
    expect(await page.getByTestId('attachment').textContent()).toContain('plan.pdf')
    await ask(page, 'And now? [[sim tokens=30]]')
    await answers(page, 2)
    expect(simulator.stats().messages).toBe(2)
  },
  { env: LIMIT },
)

pageTest(
  'an image and a PDF reach Claude byte for byte, and again with the next question after a reload',
  async ({ page, simulator }) => {
    const drawn = await page.evaluate(() => document.createElement('canvas').toDataURL('image/png'))
    const image = {
      name: 'dot.png',
      mimeType: 'image/png',
      buffer: Buffer.from(drawn.split(',')[1] ?? '', 'base64'),
    }
    // Longer than what is encoded at once, and no multiple of three.
    const plan = pdf('plan.pdf', 20_000)
    await page.getByTestId('file-input').setInputFiles([image, plan])
    await page.getByTestId('draft-attachments').getByText('plan.pdf').waitFor()
    await ask(page, 'What is it? [[sim tokens=30]]')
    await answers(page, 1)
    const sent = [sentAs('image', image), sentAs('document', plan)]
    expect(simulator.stats().requests[0]?.files).toEqual(sent)
    await page.reload()
    await ask(page, 'And now? [[sim tokens=30]]')
    await answers(page, 2)
    expect(simulator.stats().requests[1]?.files).toEqual(sent)
  },
  { env: LIMIT },
)

pageTest(
  'a PDF over the limit is refused with its size and the room there is; the draft stays',
  async ({ page, simulator }) => {
    await page.getByTestId('composer').fill('Read this')
    await page.getByTestId('file-input').setInputFiles(pdf('book.pdf', 2_200_000))
    expect(await page.getByTestId('problem').textContent()).toMatch(
      /book\.pdf has 2\.1 MB; at most 29 KB fit/,
    )
    expect(await page.getByTestId('attachment').count()).toBe(0)
    expect(await page.getByTestId('composer').inputValue()).toBe('Read this')
    expect(simulator.stats().messages).toBe(0)
  },
  { env: LIMIT },
)

pageTest(
  'an image over the limit is made smaller until it fits',
  async ({ page, simulator }) => {
    const png = await page.evaluate(async () => {
      const canvas = document.createElement('canvas')
      canvas.width = 900
      canvas.height = 700
      const context = canvas.getContext('2d')
      if (!context) return ''
      for (let i = 0; i < 3000; i++) {
        context.fillStyle = `hsl(${(i * 37) % 360} 70% 50%)`
        context.fillRect((i * 97) % 900, (i * 61) % 700, 40, 40)
      }
      return canvas.toDataURL('image/png').split(',')[1] ?? ''
    })
    expect(png.length).toBeGreaterThan(60_000)
    const file = { name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') }
    await page.getByTestId('file-input').setInputFiles(file)
    await page.getByTestId('attachment').getByText('picture.jpg').waitFor()
    await ask(page, 'What is this? [[sim tokens=30]]')
    await answers(page, 1)
    expect(simulator.stats().messages).toBe(1)
    const loaded = await page
      .getByTestId('attachment')
      .locator('img')
      .evaluate((image: HTMLImageElement) => image.naturalWidth)
    expect(loaded).toBeGreaterThan(100)
  },
  { env: { MAX_PROMPT_CHARS: '60000' } },
)

pageTest('what is neither an image nor a PDF is refused by name', async ({ page }) => {
  await page.getByTestId('file-input').setInputFiles({
    name: 'run.exe',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('MZ'),
  })
  expect(await page.getByTestId('problem').textContent()).toContain('run.exe is neither an image')
})

pageTest(
  'of a conversation that is too long the oldest turns are left out, and the page says so',
  async ({ page, simulator }) => {
    await ask(page, `One ${'a'.repeat(1500)} [[sim tokens=30]]`)
    await answers(page, 1)
    await ask(page, `Two ${'b'.repeat(1500)} [[sim tokens=30]]`)
    await answers(page, 2)
    expect(await page.getByTestId('left-out').textContent()).toContain('3,000 characters')
    expect(simulator.stats().messages).toBe(2)
  },
  { env: { MAX_PROMPT_CHARS: '3000' } },
)

pageTest(
  'a question that is too long says by how much, and cannot be sent',
  async ({ page }) => {
    await page.getByTestId('composer').fill('x'.repeat(3010))
    expect(await page.getByTestId('problem').textContent()).toContain('10 characters too many')
    expect(await page.getByTestId('send').isDisabled()).toBe(true)
  },
  { env: { MAX_PROMPT_CHARS: '3000' } },
)
