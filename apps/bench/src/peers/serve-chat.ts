import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { announce } from './announce.ts'
import { promptOf } from './settings.ts'

/** Answers `POST /chat` with `{ prompt }`. `signal` aborts when the client is gone. */
export function serveChat(
  answer: (prompt: string, io: { response: ServerResponse; signal: AbortSignal }) => Promise<void>,
): void {
  const server = createServer((request, response) => {
    // The page of the web benchmark has another origin.
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', '*')
    if (request.method === 'OPTIONS') {
      response.end()
      return
    }
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    bodyOf(request)
      .then((body) => answer(promptOf(body), { response, signal: gone.signal }))
      .catch((error: unknown) => {
        if (gone.signal.aborted) return
        process.stderr.write(`${String(error)}\n`)
        response.destroy()
      })
  })
  announce(server)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
  return body
}
