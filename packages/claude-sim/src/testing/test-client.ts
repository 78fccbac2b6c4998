import { connect, type Socket } from 'node:net'

export interface Ask {
  prompt?: string
  messages?: { role: string; content: unknown }[]
  /** Sent as `x-sim`. */
  sim?: string
  stream?: boolean
  /** Merged into the body. */
  extra?: Record<string, unknown>
}

const FAST = 'tps=max ttft=0'

function bodyOf({ prompt = 'How do locks work?', messages, stream = true, extra }: Ask): string {
  return JSON.stringify({
    // Not in the list of models, so it has no limit.
    model: 'claude-of-tomorrow',
    max_tokens: 1_000_000,
    messages: messages ?? [{ role: 'user', content: prompt }],
    stream,
    ...extra,
  })
}

/** As fast as it goes, unless `sim` says otherwise. */
export function ask(url: string, options: Ask = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'test', 'x-sim': `${FAST} ${options.sim ?? ''}` },
    body: bodyOf(options),
    ...init,
  })
}

export interface WireEvent {
  event: string
  data: Record<string, unknown> & { type: string }
}

export function eventsOf(stream: string): WireEvent[] {
  return stream
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [event = '', data = ''] = block.split('\n')
      return { event: event.replace('event: ', ''), data: JSON.parse(data.replace('data: ', '')) }
    })
}

/** The text a client ends up with. */
export function textIn(stream: string): string {
  return eventsOf(stream)
    .map(({ data }) => data['delta'])
    .map((delta) => (isTextDelta(delta) ? delta.text : ''))
    .join('')
}

function isTextDelta(delta: unknown): delta is { text: string } {
  return typeof delta === 'object' && delta !== null && 'type' in delta && delta.type === 'text_delta'
}

/** A socket on which the request was sent, and nothing read yet. */
export function askRaw(url: string, options: Ask = {}): Socket {
  const { hostname, port } = new URL(url)
  const body = bodyOf(options)
  const socket = connect(Number(port), hostname)
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: ${hostname}\r\nx-api-key: test\r\nx-sim: ${FAST} ${options.sim ?? ''}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
  return socket
}

/** All that arrives until the socket closes, and how it closed. */
export async function readToClose(socket: Socket): Promise<{ received: string; code: string | undefined }> {
  const chunks: Buffer[] = []
  let code: string | undefined
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', (error) => {
    code = 'code' in error ? String(error.code) : error.message
  })
  await new Promise((resolve) => socket.once('close', resolve))
  return { received: Buffer.concat(chunks).toString('utf8'), code }
}

/** Reads from the socket until what arrived contains the text. */
export async function readUntil(socket: Socket, enough: (received: string) => boolean): Promise<string> {
  let received = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received += String(chunk)
    if (enough(received)) return received
  }
  throw new Error(`The socket closed after: ${received}`)
}
