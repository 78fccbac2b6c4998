import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FileBlock } from '@sluice/claude'
import { type Attachment, findAttachments, readAttachmentPart, storeAttachment } from '@sluice/db'
import { TRPCError } from '@trpc/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { byteCount } from './byte-count.ts'
import type { Context } from './context.ts'
import { fileName } from './file-name.ts'
import { blockTypeOf } from './media-type.ts'
import { readUpload } from './read-upload.ts'
import type { OpenStream } from './stream-limit.ts'
import { toTrpcError } from './to-trpc-error.ts'
import { errorShape, retryAfterMs } from './trpc.ts'

export interface ServeAttachmentsOptions {
  readonly createContext: (request: FastifyRequest, reply: FastifyReply) => Promise<Context>
  /** Limits the uploads that are under way, whose bytes are in memory. */
  readonly openUpload: OpenStream
  /** The largest body in bytes, of any type. */
  readonly maxBytes: number
}

/** How long a refused upload may go on being sent, in ms. Most clients read the response only after that. */
const LINGER_MS = 2000

/** Of a file that is shown. */
const PART_BYTES = 1_000_000

const UploadQuerySchema = z.object({ name: z.string().default('') })

/**
 * Serves files that questions refer to. `POST /attachments?name=…` stores the body and responds with a block for the
 * content of a question. `GET /attachments/:id` shows the file to its owner. Errors have the shape of tRPC's.
 */
export function serveAttachments(app: FastifyInstance, options: ServeAttachmentsOptions): void {
  const { createContext, openUpload, maxBytes } = options
  app.removeAllContentTypeParsers()
  // The handler reads the body itself, because the limit depends on its first bytes.
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.setErrorHandler((cause, request, reply) => {
    const error = toTrpcError(cause)
    // To the app's own handler.
    if (!(error instanceof TRPCError)) throw cause
    const shape = errorShape(error, 'attachments')
    const waitMs = retryAfterMs(error)
    if (waitMs !== undefined) reply.header('retry-after', String(Math.ceil(waitMs / 1000)))
    discardRest(request.raw)
    return reply.code(shape.data.httpStatus).send({ error: shape })
  })

  app.post('/attachments', { bodyLimit: maxBytes }, async (request, reply) => {
    const { owner, ip, limits, database, files } = await createContext(request, reply)
    const query = UploadQuerySchema.safeParse(request.query)
    if (!query.success) throw new TRPCError({ code: 'BAD_REQUEST', message: 'Expected one name.' })
    await limits.upload(owner)
    const close = openUpload(owner, ip)
    try {
      const { mediaType, bytes } = await readUpload(request.raw, (type) =>
        type === 'application/pdf' ? files.maxBytes : files.maxImageBytes,
      )
      const file = { id: randomUUID(), owner, mediaType, name: fileName(query.data.name), bytes }
      const isStored = await database.query((db) => storeAttachment(db, file, files.bytesPerOwner))
      if (!isStored) {
        const message = `Your files may have at most ${byteCount(files.bytesPerOwner)} in all. Delete chats that have files: it counts within half an hour.`
        throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message })
      }
      const block: FileBlock = {
        type: blockTypeOf(mediaType),
        attachmentId: file.id,
        name: file.name,
        size: bytes.length,
      }
      reply.code(201)
      return block
    } finally {
      close()
    }
  })

  app.get<{ Params: { id: string } }>('/attachments/:id', async (request, reply) => {
    const { owner, database } = await createContext(request, reply)
    const { id } = request.params
    const isId = z.uuid().safeParse(id).success
    const file = isId ? (await database.query((db) => findAttachments(db, owner, [id]))).get(id) : undefined
    if (file === undefined) throw notFound(reply)
    const etag = `"${id}"`
    reply.headers({
      etag,
      // A file never changes, but a browser must ask each time: another person may be logged in by now.
      'cache-control': 'private, no-cache',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': disposition(file.mediaType, file.name),
    })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    const parts = Readable.from(partsOf({ owner, database }, file))
    return reply.type(file.mediaType).header('content-length', file.size).send(parts)
  })
}

/** A part is read when the client has taken the one before it: clients that read slowly take little memory. */
async function* partsOf(
  { owner, database }: Pick<Context, 'owner' | 'database'>,
  { id, size }: Attachment,
): AsyncGenerator<Buffer, void, undefined> {
  for (let start = 0; start < size; start += PART_BYTES) {
    const part = await database.query((db) =>
      readAttachmentPart(db, owner, id, { start, length: PART_BYTES }),
    )
    // It was deleted meanwhile. The connection is cut, so that half a file is not taken for all of it.
    if (part === undefined) throw new Error(`The file ${id} is not there any more.`)
    yield part
  }
}

function notFound(reply: FastifyReply): TRPCError {
  // An image of a page whose session is gone must not replace the session that the page's first call gets.
  reply.removeHeader('set-cookie')
  return new TRPCError({ code: 'NOT_FOUND', message: 'There is no such file.' })
}

/** A browser shows images. PDFs are downloaded, because it does not show them in a sandbox. */
function disposition(mediaType: string, name: string): string {
  const kind = blockTypeOf(mediaType) === 'image' ? 'inline' : 'attachment'
  // RFC 8187 leaves fewer characters as they are than encodeURIComponent does.
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  )
  return `${kind}; filename*=UTF-8''${encoded}`
}

/** Reads on for a moment: a connection that is closed while the client sends is reset, and the response lost. */
function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  const cutOff = setTimeout(() => request.destroy(), LINGER_MS)
  request.once('close', () => clearTimeout(cutOff))
  request.resume()
}
