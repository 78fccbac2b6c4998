import { z } from 'zod'

/** The upstream's address. */
export const { UPSTREAM_URL } = z.object({ UPSTREAM_URL: z.url() }).parse(process.env)
export const API_KEY = 'bench'
/** The same for every peer. */
export const MODEL = 'claude-opus-4-8'
export const MAX_TOKENS = 64_000
export const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
}

const BodySchema = z.object({ prompt: z.string() })

export function promptOf(body: string): string {
  return BodySchema.parse(JSON.parse(body)).prompt
}
