import Anthropic from '@anthropic-ai/sdk'
import { initTRPC } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import { announce } from './announce.ts'
import { API_KEY, MAX_TOKENS, MODEL, UPSTREAM_URL } from './settings.ts'

// As tRPC's documentation suggests: a subscription that asks Claude and yields every delta.

const client = new Anthropic({ apiKey: API_KEY, baseURL: UPSTREAM_URL })
const t = initTRPC.create()

const router = t.router({
  chat: t.procedure.input(z.object({ prompt: z.string() })).subscription(async function* ({ input, signal }) {
    const answer = await client.messages.create(
      {
        model: MODEL,
        max_tokens: MAX_TOKENS,
        stream: true,
        messages: [{ role: 'user', content: input.prompt }],
      },
      signal === undefined ? {} : { signal },
    )
    for await (const event of answer) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text
    }
  }),
})

announce(createHTTPServer({ router }))
