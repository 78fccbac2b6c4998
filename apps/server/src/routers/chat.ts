import { DEFAULT_MAX_TOKENS } from '@sluice/claude'
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { ModelIdSchema } from '../env.ts'
import { startRun } from '../start-run.ts'
import { procedure, router } from '../trpc.ts'
import { conversationChars, MessagesSchema } from './messages.ts'

const StartSchema = z.strictObject({
  runId: z.uuid(),
  epoch: z.uuid().optional(),
  messages: MessagesSchema,
  model: ModelIdSchema.optional(),
  maxTokens: z.int().min(1).optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
})

export const chatRouter = router({
  /** Starts Claude's answer to a conversation, once for this owner and run id. Read it with `runs.events`. */
  start: procedure.input(StartSchema).mutation(async ({ ctx, input }) => {
    const { runId, epoch, messages, model = ctx.defaultModel, effort } = input
    const { maxTokens = Math.min(DEFAULT_MAX_TOKENS, ctx.maxOutputTokens) } = input
    if (!ctx.allowedModels.includes(model)) {
      throw new TRPCError({
        code: 'BAD_REQUEST',
        message: `The model ${model} may not be asked here; expected one of ${ctx.allowedModels.join(', ')}.`,
      })
    }
    if (maxTokens > ctx.maxOutputTokens) {
      throw new TRPCError({
        code: 'BAD_REQUEST',
        message: `At most ${ctx.maxOutputTokens} tokens may be asked for, not ${maxTokens} (maxTokens).`,
      })
    }
    if (messages.length > ctx.maxMessages) {
      throw new TRPCError({
        code: 'PAYLOAD_TOO_LARGE',
        message: `The conversation has ${messages.length} messages; at most ${ctx.maxMessages} are allowed.`,
      })
    }
    const chars = conversationChars(messages)
    if (chars > ctx.maxPromptChars) {
      throw new TRPCError({
        code: 'PAYLOAD_TOO_LARGE',
        message: `The conversation has ${chars} characters; at most ${ctx.maxPromptChars} are allowed.`,
      })
    }
    return startRun(ctx, { runId, epoch, request: { model, messages, maxTokens, effort } })
  }),
})
