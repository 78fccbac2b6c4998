import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Base 36 digits of a stamp in 0.1 ms: enough for an hour and a half. */
const DIGITS = 5
const TICKS_PER_MS = 10
/** As on the real wire; a stamp and a word are about two tokens. */
const TOKENS_PER_DELTA = 2
const DELTAS_PER_PARAGRAPH = 40

/** Finds stamps in a rendered answer. Each is a plain word. */
export const STAMP = { pattern: `z([0-9a-z]{${DIGITS}})`, ticksPerMs: TICKS_PER_MS } as const

export interface StampedUpstream extends AsyncDisposable {
  readonly url: string
}

export function stampedPrompt({ tps, tokens }: { tps: number; tokens: number }): string {
  return `Write stamps [[stamps tps=${tps} tokens=${tokens}]]`
}

/**
 * The Messages API, streaming what {@link stampedPrompt} asks for: paragraphs in which every second token is the time
 * of its own writing, by this process's `performance.now()`.
 */
export async function startStampedUpstream(): Promise<StampedUpstream> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
  const [, tps, tokens] = /\[\[stamps tps=(\d+) tokens=(\d+)\]\]/.exec(body) ?? []
  if (tps === undefined || tokens === undefined) {
    response.writeHead(400).end()
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  request.socket.setNoDelay(true)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  const send = (event: { readonly type: string; readonly [field: string]: unknown }) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)

  const usage = { input_tokens: 12, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
  const message = { id: 'msg_01Stamps', type: 'message', role: 'assistant', model: 'claude-opus-4-8' }
  const open = { content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } }
  send({ type: 'message_start', message: { ...message, ...open } })
  send({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })
  const started = performance.now()
  for (let sent = 0; sent * TOKENS_PER_DELTA < Number(tokens); sent++) {
    const dueAt = started + (sent * TOKENS_PER_DELTA * 1000) / Number(tps)
    await sleep(Math.max(0, dueAt - performance.now()), undefined, { signal: gone.signal })
    const stamp = Math.floor(performance.now() * TICKS_PER_MS)
      .toString(36)
      .padStart(DIGITS, '0')
    const text = `z${stamp} ${(sent + 1) % DELTAS_PER_PARAGRAPH === 0 ? 'end.\n\n' : 'and '}`
    send({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
  }
  send({ type: 'content_block_stop', index: 0 })
  const end = { stop_reason: 'end_turn', stop_sequence: null }
  send({ type: 'message_delta', delta: end, usage: { ...usage, output_tokens: Number(tokens) } })
  send({ type: 'message_stop' })
  response.end()
}
