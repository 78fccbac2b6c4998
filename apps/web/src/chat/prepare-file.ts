import { kilobytes } from '../ui/format.ts'
import { IMAGE_TYPES } from './attachment.ts'
import { FileError } from './file-error.ts'
import { fitImage } from './fit-image.ts'

/** How large a file may be, in bytes. */
export interface FileRoom {
  readonly maxImageBytes: number
  /** Of any file: what the files of a question may have in all, without those that it has already. */
  readonly room: number
}

/**
 * A file as it is to be uploaded: itself, or a smaller JPEG in place of an image that is too large.
 *
 * @throws {FileError} when it cannot be taken.
 */
export async function prepareFile(
  file: File,
  { maxImageBytes, room }: FileRoom,
  fit = fitImage,
): Promise<{ name: string; bytes: Blob }> {
  const name = file.name || 'Pasted image'
  const isImage = IMAGE_TYPES.some((type) => type === file.type)
  if (!isImage && file.type !== 'application/pdf') {
    throw new FileError(`${name} is neither an image (JPEG, PNG, GIF, WebP) nor a PDF.`)
  }
  if (file.size === 0) throw new FileError(`${name} is empty.`)
  const limit = Math.min(room, isImage ? maxImageBytes : Infinity)
  if (file.size <= limit) return { name, bytes: file }
  const smaller = isImage && limit > 0 ? await fit(file, limit) : undefined
  if (smaller) return { name: `${name.replace(/\.[^.]*$/, '')}.jpg`, bytes: smaller }
  const left = limit < 1024 ? 'no room left' : `room for ${kilobytes(limit)} only`
  throw new FileError(`${name} is ${kilobytes(file.size)}, but this question has ${left}.`)
}
