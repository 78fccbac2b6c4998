import * as z from 'zod/mini'
import { type Attachment, AttachmentSchema } from './attachment.ts'
import { FileError } from './file-error.ts'

export interface UploadOptions {
  readonly name: string
  readonly signal: AbortSignal
  /** Called with the part of the bytes that is sent, from 0 to 1. */
  readonly onProgress: (part: number) => void
}

/** Of the name, which is part of the address. */
const MAX_NAME_CHARS = 200

const RefusalSchema = z.object({ error: z.object({ message: z.string() }) })

/** Stores a file on the server. @throws {FileError} also when `signal` is aborted. */
export function uploadFile(file: Blob, { name, signal, onProgress }: UploadOptions): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    // `fetch` does not tell how much has been sent.
    const request = new XMLHttpRequest()
    const query = new URLSearchParams({ name: name.slice(0, MAX_NAME_CHARS) })
    const fail = (why: string, retryable: boolean) => reject(new FileError(`${name}: ${why}`, { retryable }))
    request.open('POST', `/attachments?${query.toString()}`)
    request.responseType = 'json'
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total))
    request.addEventListener('load', () => {
      const attachment = AttachmentSchema.safeParse(request.response)
      if (attachment.success) {
        resolve(attachment.data)
        return
      }
      const refusal = RefusalSchema.safeParse(request.response)
      // A proxy in front of the server has words of its own.
      const unnamed = request.status === 413 ? 'It is too large.' : 'The server could not take it.'
      fail(refusal.success ? refusal.data.error.message : unnamed, isTemporary(request.status))
    })
    request.addEventListener('error', () => fail('The server cannot be reached.', true))
    request.addEventListener('abort', () => fail('Cancelled.', false))
    signal.addEventListener('abort', () => request.abort())
    if (signal.aborted) fail('Cancelled.', false)
    else request.send(file)
  })
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}
