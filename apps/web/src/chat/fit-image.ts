import type { Attachment } from './attachment.ts'

/** Claude reads nothing finer than this, in pixels of the longer side. */
const SIDES = [1568, 1200, 900, 640, 400]
const QUALITIES = [0.85, 0.65, 0.45]

/** The image again as a JPEG of at most `maxChars` in base64; undefined when it cannot be, or is no image. */
export async function fitImage(file: Blob, maxChars: number): Promise<string | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined)
  if (!picture) return undefined
  try {
    for (const side of SIDES) {
      const canvas = drawn(picture, side)
      for (const quality of QUALITIES) {
        // The page's policy allows data: for images, and no blob:.
        const data = canvas.toDataURL('image/jpeg', quality).split(',', 2)[1] ?? ''
        if (data !== '' && data.length <= maxChars) return data
      }
    }
    return undefined
  } finally {
    picture.close()
  }
}

function drawn(picture: ImageBitmap, side: number): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const context = canvas.getContext('2d')
  if (context) {
    // JPEG has no transparency; black would swallow a dark drawing.
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  }
  return canvas
}

export type FitImage = typeof fitImage

/** What an image is called once it is a JPEG. */
export function jpegNamed(name: string, data: string): Attachment {
  return { type: 'image', name: `${name.replace(/\.[^.]*$/, '')}.jpg`, mediaType: 'image/jpeg', data }
}
