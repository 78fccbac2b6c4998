import { createAnthropic } from '@ai-sdk/anthropic'
import { streamText } from 'ai'
import { serveChat } from './serve-chat.ts'
import { API_KEY, MAX_TOKENS, MODEL, UPSTREAM_URL } from './settings.ts'

const anthropic = createAnthropic({ apiKey: API_KEY, baseURL: `${UPSTREAM_URL}/v1` })

serveChat(async (prompt, { response, signal }) => {
  const result = streamText({
    model: anthropic(MODEL),
    prompt,
    maxOutputTokens: MAX_TOKENS,
    abortSignal: signal,
    onError: () => {},
  })
  await result.pipeUIMessageStreamToResponse(response)
})
