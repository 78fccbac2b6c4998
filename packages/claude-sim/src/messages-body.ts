import { EFFORTS, findModel } from '@sluice/claude/models'
import { z } from 'zod'
import { ApiError, invalidRequest } from './api-error.ts'
import { checkFormat } from './check-format.ts'
import { checkHistory } from './check-history.ts'
import { checkTools } from './check-tools.ts'

const SourceSchema = z.looseObject({
  type: z.string(),
  media_type: z.string().optional(),
  data: z.string().optional(),
})
const CitationSchema = z.looseObject({
  url: z.string().optional(),
  cited_text: z.string().optional(),
  encrypted_index: z.string().optional(),
})
const ResultSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  url: z.string().optional(),
  title: z.string().nullish(),
  encrypted_content: z.string().optional(),
})
const BlockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  signature: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  is_error: z.boolean().nullish(),
  source: SourceSchema.optional(),
  citations: z.array(CitationSchema).nullish(),
  /** Of the result of a tool: one that fetched a page has one block. */
  content: z.union([z.string(), z.array(ResultSchema), ResultSchema.transform((block) => [block])]).nullish(),
})
const ContentSchema = z.union([z.string(), z.array(BlockSchema)], 'Input should be a valid string or list')

const ToolSchema = z.looseObject({
  type: z.string().nullish(),
  name: z.string(),
  description: z.string().optional(),
  max_uses: z.number().int().min(1).nullish(),
  input_schema: z.record(z.string(), z.unknown()).optional(),
})
const ToolChoiceSchema = z.looseObject({
  type: z.enum(['auto', 'any', 'tool', 'none']),
  name: z.string().optional(),
  disable_parallel_tool_use: z.boolean().optional(),
})

const MessagesBodySchema = z.strictObject({
  model: z.string().min(1),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: ContentSchema }))
    .min(1, 'at least one message is required'),
  system: ContentSchema.optional(),
  thinking: z
    .looseObject({
      type: z.enum(['adaptive', 'disabled']),
      display: z.enum(['summarized', 'omitted']).nullish(),
    })
    .nullish(),
  output_config: z
    .looseObject({
      effort: z.enum(EFFORTS).nullish(),
      format: z
        .strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) })
        .nullish(),
    })
    .nullish(),
  cache_control: z.looseObject({ type: z.literal('ephemeral') }).nullish(),
  tools: z.array(ToolSchema).optional(),
  tool_choice: ToolChoiceSchema.nullish(),
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

export type Tool = z.infer<typeof ToolSchema>
export type ContentBlock = z.infer<typeof BlockSchema>
export type MessagesBody = z.infer<typeof MessagesBodySchema>

/** @throws a 400 `ApiError` for what the API refuses, 404 for a model id that is not Claude's. */
export function parseMessagesBody(raw: string): MessagesBody {
  const json = parseJson(raw)
  const { success, data, error } = MessagesBodySchema.safeParse(json)
  if (!success) throw invalidRequest(error.issues.map(describeIssue).join('; '))
  checkModel(data)
  checkFormat(data)
  checkTools(data)
  checkHistory(data)
  return data
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch (error) {
    throw invalidRequest(`The request body is not valid JSON: ${String(error)}`)
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

function checkModel({ model, max_tokens }: MessagesBody): void {
  if (!/^claude-[\w.@:-]+$/.test(model)) throw new ApiError(404, `model: ${model}`)
  // A model that Sluice does not know has no limit.
  const most = findModel(model)?.maxOutputTokens ?? Infinity
  if (max_tokens > most) {
    throw invalidRequest(
      `max_tokens: ${max_tokens} > ${most}, which is the maximum allowed number of output tokens for ${model}`,
    )
  }
}
