import { z } from 'zod'
import { listOf } from '../list-of.ts'

const TextSchema = z.string().regex(/\S/, 'expected some text')

const BlockSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: TextSchema }),
  z.strictObject({
    type: z.literal('image'),
    source: z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: z.base64(),
    }),
  }),
  z.strictObject({
    type: z.literal('document'),
    source: z.strictObject({
      type: z.literal('base64'),
      media_type: z.literal('application/pdf'),
      data: z.base64(),
    }),
  }),
])

const MessageSchema = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([TextSchema, listOf(BlockSchema)]),
})

/** A conversation as the Messages API takes it, which ends with what the user says. How long, is for the server to say. */
export const MessagesSchema = listOf(MessageSchema).refine(
  (messages) => messages.at(-1)?.role === 'user',
  'expected the last message to be the user’s',
)
type Messages = z.infer<typeof MessagesSchema>

/** Every character that is sent to Claude, those of encoded files included. */
export function conversationChars(messages: Messages): number {
  let chars = 0
  for (const { content } of messages) {
    if (typeof content === 'string') chars += content.length
    else
      for (const block of content)
        chars += block.type === 'text' ? block.text.length : block.source.data.length
  }
  return chars
}
