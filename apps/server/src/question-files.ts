import type { FileBlock } from '@sluice/claude'
import { type Attachment, findAttachments } from '@sluice/db'
import { TRPCError } from '@trpc/server'
import { type Content, filesOf } from './content.ts'
import type { Context } from './context.ts'
import { blockTypeOf } from './media-type.ts'

/**
 * A question with the names and sizes of its files as they are stored, whatever the client says.
 *
 * @throws {TRPCError} `NOT_FOUND` for a file that is not there, or is another owner's; `BAD_REQUEST` for an image that is
 * called a document, or the other way round.
 */
export async function withStoredFiles(
  { owner, database }: Pick<Context, 'owner' | 'database'>,
  content: Content,
): Promise<Content> {
  const ids = filesOf(content).map(({ attachmentId }) => attachmentId)
  if (typeof content === 'string' || ids.length === 0) return content
  const stored = await database.query((db) => findAttachments(db, owner, [...new Set(ids)]))
  return content.map((block) =>
    block.type === 'text' ? block : asStored(block, stored.get(block.attachmentId)),
  )
}

function asStored({ attachmentId, type, name: called }: FileBlock, file: Attachment | undefined): FileBlock {
  if (file === undefined) throw fileNotFound(`There is no file ${attachmentId} (${called}).`)
  const { mediaType, name, size } = file
  const expected = blockTypeOf(mediaType)
  if (type === expected) return { type, attachmentId, name, size }
  const message = `The file ${attachmentId} is ${mediaType}; expected a block of type ${expected}, not ${type}.`
  throw new TRPCError({ code: 'BAD_REQUEST', message })
}

export function fileNotFound(what: string): TRPCError {
  const message = `${what} Files that are not used are deleted after a day: attach it again.`
  return new TRPCError({ code: 'NOT_FOUND', message })
}
