import { createHash, randomBytes } from 'node:crypto'
import type { Page, Route } from 'playwright-core'
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

/** A PNG of random colours, which no compression makes smaller. */
async function noise(page: Page, side: number): Promise<File> {
  const base64 = await page.evaluate((pixels) => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = pixels
    const context = canvas.getContext('2d')
    const image = context?.createImageData(pixels, pixels)
    if (!context || !image) return ''
    for (let row = 0; row < pixels; row++)
      crypto.getRandomValues(image.data.subarray(row * pixels * 4, (row + 1) * pixels * 4))
    context.putImageData(image, 0, 0)
    return canvas.toDataURL('image/png').split(',')[1] ?? ''
  }, side)
  return { name: 'noise.png', mimeType: 'image/png', buffer: Buffer.from(base64, 'base64') }
}

interface File {
  name: string
  mimeType: string
  buffer: Buffer
}

/** Attaches files, and resolves when they are on the server. */
async function attach(page: Page, ...files: File[]): Promise<void> {
  await page.getByTestId('file-input').setInputFiles(files)
  await page
    .getByTestId('draft-attachments')
    .getByTestId('attachment')
    .nth(files.length - 1)
    .waitFor()
}

/** The width in pixels of the one image that is shown, once it is loaded. */
async function shownWidth(page: Page): Promise<number> {
  const image = page.getByTestId('attachment').locator('img')
  await image.waitFor()
  return image.evaluate(async (element: HTMLImageElement) => {
    await element.decode()
    return element.naturalWidth
  })
}

pageTest(
  'an image of 3 MB and a PDF are uploaded once, reach Claude byte for byte with each question, and are shown again',
  async ({ page, context, simulator, product }) => {
    const uploads: string[] = []
    page.on(
      'request',
      (request) => request.method() === 'POST' && uploads.push(new URL(request.url()).pathname),
    )
    const image = await noise(page, 900)
    expect(image.buffer.length).toBeGreaterThan(2_500_000)
    const plan = pdf('plan.pdf', 200_001)
    await attach(page, image, plan)
    // The draft has the ids.
    await page.reload()
    expect(await page.getByTestId('draft-attachments').getByTestId('attachment').count()).toBe(2)
    await ask(page, 'What is it? [[sim tokens=30]]')
    await answers(page, 1)
    const sent = [sentAs('image', image), sentAs('document', plan)]
    expect(simulator.stats().requests[0]?.files).toEqual(sent)
    await page.reload()
    expect(await shownWidth(page)).toBe(900)
    await ask(page, 'And now? [[sim tokens=30]]')
    await answers(page, 2)
    expect(simulator.stats().requests[1]?.files).toEqual(sent)
    expect(uploads.filter((path) => path === '/attachments')).toHaveLength(2)

    const address = await page.getByTestId('attachment').locator('a').first().getAttribute('href')
    const device = await context
      .browser()
      ?.newContext({ storageState: { cookies: await context.cookies(), origins: [] } })
    const elsewhere = await device?.newPage()
    if (!device || !elsewhere) throw new Error('no browser')
    await elsewhere.goto(page.url())
    expect(await shownWidth(elsewhere)).toBe(900)
    await device.clearCookies()
    expect((await elsewhere.goto(`${product.url}${address}`))?.status()).toBe(404)
    await device.close()
  },
)

pageTest('a question that is edited keeps its files', async ({ page, simulator }) => {
  const plan = pdf('plan.pdf', 20_000)
  await attach(page, plan)
  await ask(page, 'What does it say? [[sim tokens=30]]')
  await answers(page, 1)
  await page.getByTestId('edit-prompt').click()
  await page.getByTestId('prompt-editor').fill('Who wrote it? [[sim tokens=30]]')
  await page.getByTestId('resend').click()
  await page.getByTestId('prompt').getByText('Who wrote it?').waitFor()
  await answers(page, 1)
  expect(await page.getByTestId('attachment').textContent()).toContain('plan.pdf')
  expect(simulator.stats().requests.map(({ files }) => files)).toEqual([
    [sentAs('document', plan)],
    [sentAs('document', plan)],
  ])
})

pageTest(
  'an upload shows that it is under way and can be cancelled; a question waits for it',
  async ({ page, simulator }) => {
    const held: Route[] = []
    await page.route('**/attachments?*', (route) => void held.push(route))
    await page.getByTestId('composer').fill('Read this')
    await page.getByTestId('file-input').setInputFiles(pdf('plan.pdf', 20_000))
    await page.getByRole('progressbar', { name: 'Uploading plan.pdf' }).waitFor()
    expect(await page.getByTestId('send').isDisabled()).toBe(true)
    await page.getByTestId('cancel-upload').click()
    await page.getByTestId('upload').waitFor({ state: 'detached' })
    expect(await page.getByTestId('send').isDisabled()).toBe(false)
    expect(await page.getByTestId('attachment').count()).toBe(0)
    expect(simulator.stats().messages).toBe(0)
    await Promise.all(held.map((route) => route.abort().catch(() => {})))
  },
)

pageTest(
  'a file that is attached while the first question is on its way belongs to its conversation',
  async ({ page }) => {
    const question = new Promise<Route>((resolve) => void page.route(/chat\.send/, resolve))
    const upload = new Promise<Route>((resolve) => void page.route('**/attachments?*', resolve))
    await ask(page, 'First [[sim tokens=20]]')
    const asked = await question
    await page.getByTestId('file-input').setInputFiles(pdf('plan.pdf', 20_000))
    const uploading = await upload
    await asked.continue()
    await answers(page, 1)
    await page.getByTestId('upload').waitFor()
    await uploading.continue()
    await page.getByTestId('draft-attachments').getByTestId('attachment').waitFor()
    await page.getByRole('button', { name: 'New chat' }).click()
    await page.getByTestId('draft-attachments').waitFor({ state: 'detached' })
    await page.getByTestId('conversations').getByText('First').click()
    await page.getByTestId('draft-attachments').getByText('plan.pdf').waitFor()
  },
)

pageTest(
  'files of two drops have the room of one question together',
  async ({ page }) => {
    for (const name of ['one.pdf', 'two.pdf'])
      await page.getByTestId('file-input').setInputFiles(pdf(name, 20_000))
    await page.getByTestId('problem').getByText('two.pdf').waitFor()
    await page.getByTestId('draft-attachments').getByTestId('attachment').waitFor()
    expect(await page.getByTestId('draft-attachments').textContent()).not.toContain('two.pdf')
  },
  { env: { MAX_FILES_BYTES: '30000' } },
)

pageTest(
  'an upload that fails says so, and is tried again at a click',
  async ({ page, simulator }) => {
    await page.route('**/attachments?*', (route) => route.abort())
    await page.getByTestId('file-input').setInputFiles(pdf('plan.pdf', 20_000))
    await page.getByTestId('retry-upload').waitFor()
    expect(await page.getByTestId('problem').textContent()).toBe('plan.pdf: The server cannot be reached.')
    await page.unroute('**/attachments?*')
    await page.getByTestId('retry-upload').click()
    await page.getByTestId('attachment').waitFor()
    expect(await page.getByTestId('problem').count()).toBe(0)
    await ask(page, 'What does it say? [[sim tokens=30]]')
    await answers(page, 1)
    expect(simulator.stats().requests[0]?.files).toHaveLength(1)
  },
  { complaints: [/ERR_FAILED/] },
)

pageTest(
  'what the server refuses is said in its words; the draft stays',
  async ({ page, simulator }) => {
    await page.getByTestId('composer').fill('Read this')
    // The page believes what the file is called.
    await page
      .getByTestId('file-input')
      .setInputFiles({ ...pdf('plan.pdf', 9), buffer: Buffer.from('<html></html>') })
    await page.getByTestId('problem').waitFor()
    expect(await page.getByTestId('problem').textContent()).toBe(
      'plan.pdf: Expected an image (JPEG, PNG, GIF, WebP) or a PDF, by its first bytes.',
    )
    expect(await page.getByTestId('upload').count()).toBe(0)
    await page.getByTestId('file-input').setInputFiles(pdf('more.pdf', 20_000))
    expect(
      await page.getByTestId('problem').filter({ hasText: 'at most 10000 bytes in all' }).textContent(),
    ).toBe(
      'more.pdf: Your files may have at most 10000 bytes in all. Delete chats that have files: it counts within half an hour.',
    )
    expect(await page.getByTestId('composer').inputValue()).toBe('Read this')
    expect(simulator.stats().messages).toBe(0)
  },
  { env: { FILES_BYTES_PER_OWNER: '10000' }, complaints: [/415|413/] },
)

pageTest(
  'a PDF over the limit is refused with its size and the room there is, and not sent',
  async ({ page }) => {
    const uploads: string[] = []
    page.on('request', (request) => uploads.push(request.url()))
    await page.getByTestId('file-input').setInputFiles(pdf('book.pdf', 2_200_000))
    expect(await page.getByTestId('problem').textContent()).toMatch(
      /book\.pdf is 2\.1 MB, .* room for 29 KB only/,
    )
    expect(await page.getByTestId('attachment').count()).toBe(0)
    expect(uploads.filter((url) => url.includes('/attachments'))).toEqual([])
  },
  { env: { MAX_FILES_BYTES: '30000' } },
)

pageTest(
  'an image over the limit is made smaller until it fits, and one within it is not',
  async ({ page, simulator }) => {
    const small = await noise(page, 90)
    const large = await noise(page, 300)
    expect(small.buffer.length).toBeLessThan(45_000)
    expect(large.buffer.length).toBeGreaterThan(200_000)
    await attach(page, { ...small, name: 'small.png' }, { ...large, name: 'picture.png' })
    await page.getByTestId('attachment').getByText('picture.jpg').waitFor()
    await ask(page, 'What is this? [[sim tokens=30]]')
    await answers(page, 1)
    const [first, second] = simulator.stats().requests[0]?.files ?? []
    expect(first).toEqual(sentAs('image', small))
    expect(second?.mediaType).toBe('image/jpeg')
    expect(second?.bytes).toBeLessThanOrEqual(45_000)
  },
  { env: { MAX_IMAGE_BYTES: '45000' } },
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
    expect(await page.getByTestId('left-out').textContent()).toContain('has become too long')
    expect(simulator.stats().messages).toBe(2)
  },
  { env: { MAX_PROMPT_CHARS: '3000' } },
)

pageTest(
  'a question that is too long says by how much, and cannot be sent',
  async ({ page }) => {
    await page.getByTestId('composer').fill('x'.repeat(3010))
    expect(await page.getByTestId('problem').textContent()).toContain('10 characters too long')
    expect(await page.getByTestId('send').isDisabled()).toBe(true)
  },
  { env: { MAX_PROMPT_CHARS: '3000' } },
)
