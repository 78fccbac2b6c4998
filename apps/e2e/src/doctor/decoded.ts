import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** What a browser asks for, and what {@link decoded} undoes. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'

/** A body without its content encoding, each piece as soon as it can be read. */
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
