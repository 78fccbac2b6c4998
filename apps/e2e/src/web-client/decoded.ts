import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** The encodings that a browser accepts and {@link decoded} decodes. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'

/** Decodes a body as it arrives. */
export function decoded(body: Readable, encoding: string | undefined): Readable {
  const decoder = decoderFor(encoding)
  if (decoder === undefined) return body
  body.once('error', (error) => decoder.destroy(error))
  return body.pipe(decoder)
}

function decoderFor(encoding: string | undefined) {
  switch (encoding) {
    case 'gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    case 'deflate':
      return createInflate()
    case undefined:
    default:
      return undefined
  }
}
