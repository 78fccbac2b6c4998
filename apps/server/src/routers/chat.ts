import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { ModelIdSchema } from '../env.ts'
import { startRun } from '../start-run.ts'
import { procedure, router } from '../trpc.ts'
import { conversationChars, MessagesSchema } from './messages.ts'

/** The most any model of today can say. */
const MAX_OUTPUT_TOKENS = 128_000

const StartSchema = z.strictObject({
  runId: z.uuid(),
  epoch: z.uuid().optional(),
  messages: MessagesSchema,
  model: ModelIdSchema.optional(),
  maxTokens: z.int().min(1).max(MAX_OUTPUT_TOKENS).optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
})

export const chatRouter = router({
  /** Starts Claude's answer to a conversation, once for this owner and run id. Read it with `runs.events`. */
  start: procedure.input(StartSchema).mutation(async ({ ctx, input }) => {
    const { runId, epoch, messages, model = ctx.defaultModel, maxTokens, effort } = input
    const chars = conversationChars(messages)
    if (chars > ctx.maxPromptChars) {
      throw new TRPCError({
        code: 'PAYLOAD_TOO_LARGE',
        message: `The conversation has ${chars} characters; at most ${ctx.maxPromptChars} are allowed.`,
      })
    }
    const source = ctx.claude.ask({ model, messages, maxTokens, effort })
    return startRun(ctx, { runId, epoch, model, source })
  }),
})
