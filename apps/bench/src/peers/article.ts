import Anthropic from '@anthropic-ai/sdk'
import { pipeWebStream } from './pipe-web-stream.ts'
import { serveChat } from './serve-chat.ts'
import { API_KEY, EVENT_STREAM, MAX_TOKENS, MODEL, UPSTREAM_URL } from './settings.ts'

// As most articles show it: the SDK's helper, and one SSE line per token into a web stream.

const client = new Anthropic({ apiKey: API_KEY, baseURL: UPSTREAM_URL })
const encoder = new TextEncoder()

serveChat(async (prompt, { response }) => {
  const answer = client.messages.stream({
    model: MODEL,
    max_tokens: MAX_TOKENS,
    messages: [{ role: 'user', content: prompt }],
  })
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        for await (const event of answer) {
          if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue
          const line = JSON.stringify({ text: event.delta.text })
          controller.enqueue(encoder.encode(`data: ${line}\n\n`))
        }
        controller.enqueue(encoder.encode('data: [DONE]\n\n'))
        controller.close()
      } catch (error) {
        controller.error(error)
      }
    },
  })
  response.writeHead(200, EVENT_STREAM)
  await pipeWebStream(stream, response)
})
