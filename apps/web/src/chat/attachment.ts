import * as z from 'zod/mini'

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const

/** What a file picker offers. */
export const ACCEPTED_TYPES = [...IMAGE_TYPES, 'application/pdf'].join(',')

/** A file that goes along with a prompt, as the Messages API takes it. */
export const AttachmentSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('image'),
    name: z.string(),
    mediaType: z.enum(IMAGE_TYPES),
    data: z.base64(),
  }),
  z.object({
    type: z.literal('document'),
    name: z.string(),
    mediaType: z.literal('application/pdf'),
    data: z.base64(),
  }),
])
export type Attachment = z.infer<typeof AttachmentSchema>

/** Three bytes are four characters. */
export function bytesOfBase64(chars: number): number {
  return Math.floor((chars * 3) / 4)
}

export function dataUrl({ mediaType, data }: Attachment): string {
  return `data:${mediaType};base64,${data}`
}
