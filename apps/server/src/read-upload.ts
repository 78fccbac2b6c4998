import type { IncomingMessage } from 'node:http'
import { TRPCError } from '@trpc/server'
import { byteCount } from './byte-count.ts'
import { type MediaType, mediaTypeOf, SIGNATURE_BYTES } from './media-type.ts'

export interface Upload {
  readonly mediaType: MediaType
  readonly bytes: Buffer
}

/**
 * Reads the body of a request, which is a file. It stops at the first byte beyond the limit of its type, and at once
 * where the declared length is larger, or where the first bytes are of no known type.
 *
 * @param maxBytesOf the limit of a type, in bytes.
 * @throws {TRPCError} PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST for an empty file, and
 * CLIENT_CLOSED_REQUEST when the client left in the middle.
 */
export async function readUpload(
  request: IncomingMessage,
  maxBytesOf: (mediaType: MediaType) => number,
): Promise<Upload> {
  const declared = Number(request.headers['content-length'] ?? 0)
  const chunks: Buffer[] = []
  let size = 0
  let mediaType: MediaType | undefined
  try {
    // Leaving this loop must not close the connection: the client is to receive a response.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size < SIGNATURE_BYTES) continue
      mediaType ??= assertKnown(mediaTypeOf(chunks.length === 1 ? chunk : Buffer.concat(chunks)))
      const limit = maxBytesOf(mediaType)
      if (Math.max(size, declared) > limit) throw tooLarge(mediaType, limit)
    }
  } catch (cause) {
    if (cause instanceof TRPCError) throw cause
    throw new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', message: 'The upload was cut off.', cause })
  }
  if (size === 0) throw new TRPCError({ code: 'BAD_REQUEST', message: 'The file is empty.' })
  const bytes = Buffer.concat(chunks)
  return { mediaType: mediaType ?? assertKnown(mediaTypeOf(bytes)), bytes }
}

function assertKnown(mediaType: MediaType | undefined): MediaType {
  if (mediaType !== undefined) return mediaType
  const message = 'Expected an image (JPEG, PNG, GIF, WebP) or a PDF, by its first bytes.'
  throw new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE', message })
}

function tooLarge(mediaType: MediaType, limit: number): TRPCError {
  const what = mediaType === 'application/pdf' ? 'A PDF' : 'An image'
  return new TRPCError({
    code: 'PAYLOAD_TOO_LARGE',
    message: `${what} may have at most ${byteCount(limit)}.`,
  })
}
