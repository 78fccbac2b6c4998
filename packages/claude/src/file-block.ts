import type Anthropic from '@anthropic-ai/sdk'
import { ClaudeError } from './claude-error.ts'

/** A file in a question. The caller keeps its bytes, which are loaded when Claude is called. */
export interface FileBlock {
  readonly type: 'image' | 'document'
  readonly attachmentId: string
  readonly name: string
  /** In bytes. */
  readonly size: number
}

export interface FileBytes {
  /** `application/pdf`, or an image type that Claude reads. */
  readonly mediaType: string
  readonly bytes: Buffer
}

export type LoadFile = (attachmentId: string) => Promise<FileBytes>

/** As the Messages API takes them, but with files by their ids. */
export interface ClaudeMessage {
  readonly role: 'user' | 'assistant'
  readonly content: string | readonly (Anthropic.ContentBlockParam | FileBlock)[]
}

function isFileBlock(block: Anthropic.ContentBlockParam | FileBlock): block is FileBlock {
  return 'attachmentId' in block
}

/** The files of messages, each as often as it is sent. */
export function filesOf(messages: readonly ClaudeMessage[]): FileBlock[] {
  return messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content.filter(isFileBlock)))
}

/** In bytes. */
export function sizeOf(files: readonly FileBlock[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

/**
 * Messages with the bytes of their files in base64. A file is loaded once, one after the other. The same files make the
 * same request, which the prompt cache needs.
 */
export async function withFileBytes(
  messages: readonly ClaudeMessage[],
  load: LoadFile,
): Promise<Anthropic.MessageParam[]> {
  const loaded = new Map<string, Anthropic.ContentBlockParam>()
  for (const { attachmentId } of filesOf(messages)) {
    if (!loaded.has(attachmentId)) loaded.set(attachmentId, encoded(await loadWith(load, attachmentId)))
  }
  return messages.map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? content : content.flatMap((block) => sentAs(block, loaded)),
  }))
}

async function loadWith(load: LoadFile, attachmentId: string): Promise<FileBytes> {
  try {
    return await load(attachmentId)
  } catch (cause) {
    throw new ClaudeError('unavailable', 'a file could not be loaded', { cause })
  }
}

function sentAs(
  block: Anthropic.ContentBlockParam | FileBlock,
  loaded: ReadonlyMap<string, Anthropic.ContentBlockParam>,
): Anthropic.ContentBlockParam[] {
  if (!isFileBlock(block)) return [block]
  const file = loaded.get(block.attachmentId)
  return file ? [file] : []
}

function encoded({ mediaType, bytes }: FileBytes): Anthropic.ContentBlockParam {
  const data = bytes.toString('base64')
  if (mediaType === 'application/pdf')
    return { type: 'document', source: { type: 'base64', media_type: mediaType, data } }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller says that Claude reads it
  const media_type = mediaType as Anthropic.Base64ImageSource['media_type']
  return { type: 'image', source: { type: 'base64', media_type, data } }
}
