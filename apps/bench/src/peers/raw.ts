import { Agent, request } from 'node:http'
import { pipeline } from 'node:stream'
import { serveChat } from './serve-chat.ts'
import { API_KEY, EVENT_STREAM, MAX_TOKENS, MODEL, UPSTREAM_URL } from './settings.ts'

// The least that a proxy can do: node:http passes the bytes on.

const agent = new Agent({ keepAlive: true })
const headers = {
  'content-type': 'application/json',
  'x-api-key': API_KEY,
  'anthropic-version': '2023-06-01',
}

serveChat(
  (prompt, { response, signal }) =>
    new Promise((resolve, reject) => {
      const messages = [{ role: 'user', content: prompt }]
      const upstream = request(`${UPSTREAM_URL}/v1/messages`, { method: 'POST', agent, headers, signal })
      upstream.once('error', reject)
      upstream.once('response', (body) => {
        response.writeHead(body.statusCode ?? 502, EVENT_STREAM)
        pipeline(body, response, (error) => (error ? reject(error) : resolve()))
      })
      upstream.end(JSON.stringify({ model: MODEL, max_tokens: MAX_TOKENS, stream: true, messages }))
    }),
)
