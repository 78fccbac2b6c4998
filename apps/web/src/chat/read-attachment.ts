import { type Attachment, bytesOfBase64, IMAGE_TYPES } from './attachment.ts'
import { fitImage, type FitImage, jpegNamed } from './fit-image.ts'
import { kilobytes } from '../ui/format.ts'

type ReadResult = { attachment: Attachment } | { problem: string }

/**
 * A file as a part of a prompt that has `room` characters left; an image that is too large is made smaller.
 * The problem is a sentence for whoever chose the file.
 */
export async function readAttachment(
  file: File,
  room: number,
  fit: FitImage = fitImage,
): Promise<ReadResult> {
  const name = file.name || 'Pasted image'
  const imageType = IMAGE_TYPES.find((type) => type === file.type)
  if (!imageType && file.type !== 'application/pdf') {
    return { problem: `${name} is neither an image (JPEG, PNG, GIF, WebP) nor a PDF.` }
  }
  if (file.size === 0) return { problem: `${name} is empty.` }
  const chars = Math.ceil(file.size / 3) * 4
  if (chars > room) {
    const smaller = imageType ? await fit(file, room) : undefined
    if (smaller) return { attachment: jpegNamed(name, smaller) }
    const left = kilobytes(bytesOfBase64(Math.max(0, room)))
    return {
      problem: `${name} has ${kilobytes(file.size)}; ${room < 2048 ? 'there is no room left' : `at most ${left} fit`} in this question.`,
    }
  }
  const data = await toBase64(file)
  if (data === undefined) return { problem: `${name} could not be read.` }
  return {
    attachment: imageType
      ? { type: 'image', name, mediaType: imageType, data }
      : { type: 'document', name, mediaType: 'application/pdf', data },
  }
}

async function toBase64(file: File): Promise<string | undefined> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer())
    let binary = ''
    // In pieces: a call takes only so many arguments.
    for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192))
    return btoa(binary)
  } catch {
    return undefined
  }
}
