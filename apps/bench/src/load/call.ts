import { type Agent, request } from 'node:http'

export interface CallResult {
  readonly status: number
  readonly cookie: string | undefined
  readonly text: string
  /** Received on the wire, headers included. */
  readonly bytes: number
}

/** A JSON POST over the visitor's own keep-alive connection. */
export function call(
  agent: Agent,
  url: string,
  { body, cookie }: { body: string; cookie: string | undefined },
): Promise<CallResult> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(cookie === undefined ? {} : { cookie }),
      },
    })
    let before = 0
    outgoing.once('socket', (socket) => (before = socket.bytesRead))
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('error', reject)
      const { socket } = response
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          cookie: response.headers['set-cookie']?.[0]?.split(';', 1)[0],
          text,
          bytes: socket.bytesRead - before,
        }),
      )
    })
    outgoing.end(body)
  })
}
