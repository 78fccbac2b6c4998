import { createHash } from 'node:crypto'
import type { MessagesBody } from './messages-body.ts'

/** An image or a document as it came in. */
export interface SentFile {
  type: string
  mediaType: string
  bytes: number
  /** Of the bytes, in hexadecimal. */
  sha256: string
}

/** The files in a request that came along as base64, oldest turn first. */
export function sentFiles({ messages }: MessagesBody): SentFile[] {
  return messages
    .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    .flatMap(({ type, source }) => {
      if (source?.type !== 'base64' || source.data === undefined) return []
      const file = Buffer.from(source.data, 'base64')
      const sha256 = createHash('sha256').update(file).digest('hex')
      return [{ type, mediaType: source.media_type ?? '', bytes: file.length, sha256 }]
    })
}
