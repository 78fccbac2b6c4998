import * as z from 'zod/mini'

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const

/** What a file picker offers. */
export const ACCEPTED_TYPES = [...IMAGE_TYPES, 'application/pdf'].join(',')

/** A file that goes along with a prompt: a block of its content. The server has its bytes. */
export const AttachmentSchema = z.object({
  attachmentId: z.uuid(),
  type: z.enum(['image', 'document']),
  name: z.string(),
  /** In bytes. */
  size: z.int().check(z.nonnegative()),
})
export type Attachment = z.infer<typeof AttachmentSchema>
