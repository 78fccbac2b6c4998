/** The types of files that Claude reads. */
export type MediaType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp' | 'application/pdf'

/** How many of a file's first bytes tell its type. */
export const SIGNATURE_BYTES = 12

/** The type that a file's first bytes say; undefined for any other. What the client calls it does not count. */
export function mediaTypeOf(bytes: Buffer): MediaType | undefined {
  const start = bytes.toString('latin1', 0, SIGNATURE_BYTES)
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'image/gif'
  if (start.startsWith('RIFF') && start.startsWith('WEBP', 8)) return 'image/webp'
  return start.startsWith('%PDF-') ? 'application/pdf' : undefined
}

/** The type of the block that holds such a file in a message. */
export function blockTypeOf(mediaType: string): 'image' | 'document' {
  return mediaType === 'application/pdf' ? 'document' : 'image'
}
