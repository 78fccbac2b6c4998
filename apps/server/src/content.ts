import type { FileBlock } from '@sluice/claude'
import { z } from 'zod'
import { MAX_NAME_CHARS } from './file-name.ts'
import { addIssues, listOf } from './list-of.ts'
import { toWellFormed } from './well-formed.ts'

const TextSchema = z.string().regex(/\S/, 'expected some text')

/** A file: the response of `POST /attachments`. */
const FileSchema = z.strictObject({
  type: z.enum(['image', 'document']),
  attachmentId: z.uuid(),
  name: z.string().max(MAX_NAME_CHARS),
  size: z.int().min(0),
}) satisfies z.ZodType<FileBlock>

const BlockSchema = z.discriminatedUnion(
  'type',
  [z.strictObject({ type: z.literal('text'), text: TextSchema }), FileSchema],
  'expected a block of type text, image or document',
)
const BlocksSchema = listOf(BlockSchema, 'expected text or a list of blocks')

/**
 * What a person asks: text, or blocks of text and files.
 *
 * Not a union: zod would only say "Invalid input", without the wrong block and what is expected there.
 */
export const ContentSchema = z
  .custom<z.input<typeof TextSchema> | z.input<typeof BlocksSchema>>()
  .transform((value, context) => {
    const parsed = typeof value === 'string' ? TextSchema.safeParse(value) : BlocksSchema.safeParse(value)
    if (parsed.success) return parsed.data
    addIssues(context, parsed.error)
    return z.NEVER
  })

export type Content = z.infer<typeof ContentSchema>

/** Its text, without files. */
export function textOf(content: Content): string {
  if (typeof content === 'string') return content
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
}

/** Each as often as it is in there. */
export function filesOf(content: Content): FileBlock[] {
  return typeof content === 'string' ? [] : content.filter((block) => block.type !== 'text')
}

/** The characters of its text. Files are limited by their bytes. */
export function contentChars(content: Content): number {
  if (typeof content === 'string') return content.length
  return content.reduce((sum, block) => sum + (block.type === 'text' ? block.text.length : 0), 0)
}

const MAX_TITLE_CHARS = 200

/** The title of a conversation that begins with this: its first line, or the name of its first file. */
export function titleOf(content: Content): string {
  const [line] = textOf(content)
    .trim()
    .split(/[\r\n]/, 1)
  return toWellFormed((line || filesOf(content)[0]?.name || '').slice(0, MAX_TITLE_CHARS))
}
