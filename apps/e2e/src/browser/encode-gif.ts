import { createRequire } from 'node:module'
import type { Encoder } from 'modern-gif'
import type { Browser } from 'playwright-core'
import type { FilmFrame } from './record-frames.ts'

/** An animated GIF of these pictures. It is made in the browser, which decodes PNG. */
export async function encodeGif(
  browser: Browser,
  frames: readonly FilmFrame[],
  size: { width: number; height: number },
): Promise<Buffer> {
  await using page = await browser.newPage()
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('modern-gif/dist/index.js') })
  const pictures = frames.map(({ png, ms }) => ({
    data: `data:image/png;base64,${png.toString('base64')}`,
    delay: Math.round(ms),
  }))
  const base64 = await page.evaluate(
    async (given) => {
      const { modernGif } = window as unknown as { modernGif: { Encoder: typeof Encoder } }
      const encoder = new modernGif.Encoder(given.size)
      for (const picture of given.pictures) await encoder.encode(picture)
      let bytes = ''
      for (const byte of new Uint8Array(await encoder.flush())) bytes += String.fromCharCode(byte)
      return btoa(bytes)
    },
    { pictures, size },
  )
  return Buffer.from(base64, 'base64')
}
