import { createHash } from 'node:crypto'
import { blocksOf } from './conversation.ts'
import type { MessagesBody } from './messages-body.ts'

/** A digest of everything before each message, and at the end one of the whole request. */
export function messagePrefixes(body: MessagesBody): string[] {
  const prefixes = blockPrefixes(body)
  return [...prefixes.map(([start = '']) => start), prefixes.at(-1)?.at(-1) ?? '']
}

/**
 * Of each message: a digest of everything before it, and before the end of each of its blocks. Neighbours of the same
 * role have the same digests as one message with the blocks of both.
 */
export function blockPrefixes({ model, system, tools, messages }: MessagesBody): string[][] {
  let prefix = digest(JSON.stringify([model, system, tools]))
  return messages.map(({ role, content }) => {
    const prefixes = [prefix]
    for (const block of blocksOf(content)) {
      prefix = digest(prefix, role, JSON.stringify(block))
      prefixes.push(prefix)
    }
    return prefixes
  })
}

/** Signs what was thought after a prefix: it cannot be changed, nor moved to another conversation or model. */
export function signThinking(prefix: string, thinking: string): string {
  return createHash('shake256', { outputLength: 220 }).update(prefix).update(thinking).digest('base64')
}

function digest(...parts: string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('base64')
}
