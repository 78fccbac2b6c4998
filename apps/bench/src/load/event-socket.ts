import { connect, type Socket } from 'node:net'

export interface EventSocketOptions {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Called with the bytes after the response's headers, HTTP framing included. */
  readonly onBody: (chunk: Buffer) => void
  readonly onBytes: (count: number) => void
  /** Called once, when the connection is closed; with an error if that was not expected. */
  readonly onClose: (error?: Error) => void
}

/** The empty chunk that ends a chunked body. Some servers keep the connection open after it. */
const LAST_CHUNK = '\r\n0\r\n\r\n'

/** Requests one streamed response on a new socket, and reads it with as little work as possible. */
export function openEventSocket(options: EventSocketOptions): Socket {
  const { hostname, port, host } = new URL(options.url)
  const { method, path, headers = {}, body = '' } = options
  const socket = connect(Number(port), hostname)
  let head: Buffer | undefined = Buffer.alloc(0)
  let failure: Error | undefined
  let tail = ''
  const onBody = (chunk: Buffer) => {
    options.onBody(chunk)
    tail =
      (chunk.length < LAST_CHUNK.length ? tail : '') +
      chunk.toString('latin1', Math.max(0, chunk.length - LAST_CHUNK.length))
    if (tail.endsWith(LAST_CHUNK)) socket.destroy()
    else tail = tail.slice(-LAST_CHUNK.length)
  }
  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    options.onBytes(chunk.length)
    if (head === undefined) {
      onBody(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    if (!head.subarray(0, 12).toString('latin1').endsWith(' 200')) {
      failure = new Error(`${method} ${path}: ${head.toString('utf8').slice(0, 500)}`)
      socket.destroy()
      return
    }
    const rest = head.subarray(end + 4)
    head = undefined
    if (rest.length > 0) onBody(rest)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A server may reset a connection that we closed.
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') failure = error
  })
  socket.once('close', () => options.onClose(failure))
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  return socket
}
