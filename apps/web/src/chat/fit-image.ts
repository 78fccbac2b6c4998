/** Claude reads nothing finer than this, in pixels of the longer side. */
const SIDES = [1568, 1200, 900, 640, 400]
const QUALITIES = [0.85, 0.65, 0.45]

/** The image as a JPEG of at most `maxBytes`; undefined when that is not possible, or it is no image. */
export async function fitImage(file: Blob, maxBytes: number): Promise<Blob | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined)
  if (!picture) return undefined
  try {
    for (const side of SIDES) {
      const canvas = drawn(picture, side)
      for (const quality of QUALITIES) {
        const jpeg = await encoded(canvas, quality)
        if (jpeg && jpeg.size <= maxBytes) return jpeg
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

function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
}
