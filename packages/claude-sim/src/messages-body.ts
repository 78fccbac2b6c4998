import { z } from 'zod'
import { ApiError, invalidRequest } from './api-error.ts'

const SourceSchema = z.looseObject({
  type: z.string(),
  media_type: z.string().optional(),
  data: z.string().optional(),
})
const BlockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  source: SourceSchema.optional(),
})
const ContentSchema = z.union([z.string(), z.array(BlockSchema)], 'Input should be a valid string or list')

const PromptShape = {
  model: z.string().min(1),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: ContentSchema }))
    .min(1, 'at least one message is required'),
  system: ContentSchema.optional(),
  thinking: z
    .looseObject({
      type: z.enum(['adaptive', 'disabled', 'enabled']),
      display: z.enum(['summarized', 'omitted']).nullish(),
    })
    .nullish(),
  output_config: z
    .looseObject({ effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish() })
    .nullish(),
  cache_control: z.looseObject({ type: z.literal('ephemeral') }).nullish(),
  tools: z.array(z.unknown()).optional(),
  tool_choice: z.unknown().optional(),
}

const CountBodySchema = z.strictObject(PromptShape)
const MessagesBodySchema = z.strictObject({
  ...PromptShape,
  max_tokens: z.number().int().min(1),
  stream: z.boolean().optional(),
  metadata: z.unknown().optional(),
  stop_sequences: z.array(z.string()).optional(),
  service_tier: z.unknown().optional(),
  container: z.unknown().optional(),
  context_management: z.unknown().optional(),
  diagnostics: z.unknown().optional(),
  inference_geo: z.unknown().optional(),
  mcp_servers: z.unknown().optional(),
  speed: z.unknown().optional(),
  user_profile_id: z.unknown().optional(),
  workspace_id: z.unknown().optional(),
})

export type ContentBlock = z.infer<typeof BlockSchema>
export type PromptBody = z.infer<typeof CountBodySchema>
export type MessagesBody = z.infer<typeof MessagesBodySchema>

export function parseMessagesBody(raw: string): MessagesBody {
  const body = parseWith(MessagesBodySchema, raw)
  checkPrompt(body)
  return body
}

export function parseCountBody(raw: string): PromptBody {
  const body = parseWith(CountBodySchema, raw)
  checkPrompt(body)
  return body
}

function parseWith<Output>(schema: z.ZodType<Output>, raw: string): Output {
  const json = parseJson(raw)
  refuseSampling(json)
  const result = schema.safeParse(json)
  if (result.success) return result.data
  throw invalidRequest(result.error.issues.map(describeIssue).join('; '))
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch (error) {
    throw invalidRequest(
      `The request body is not valid JSON: ${error instanceof Error ? error.message : 'unreadable'}`,
    )
  }
}

function refuseSampling(json: unknown): void {
  if (typeof json !== 'object' || json === null) return
  for (const key of ['temperature', 'top_p', 'top_k']) {
    if (key in json) throw invalidRequest(`${key}: this parameter is not supported; remove it`)
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => [...issue.path, key].join('.') + ': Extra inputs are not permitted')
      .join('; ')
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return `${issue.path.join('.') || 'body'}: ${missing ? 'Field required' : issue.message}`
}

function checkPrompt({ model, messages, thinking }: PromptBody): void {
  if (!/^claude-[\w.@:-]+$/.test(model)) throw new ApiError(404, `model: ${model}`)
  if (thinking?.type === 'enabled') {
    throw invalidRequest(
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    )
  }
  for (const [index, { role, content }] of messages.entries()) {
    if (content.length === 0)
      throw invalidRequest(`messages.${index}: ${role} messages must have non-empty content`)
    if (typeof content !== 'string' && content.some(({ type, text }) => type === 'text' && !text)) {
      throw invalidRequest(`messages.${index}: text content blocks must be non-empty`)
    }
  }
  if (messages.at(-1)?.role === 'assistant') {
    throw invalidRequest(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
  }
}
