import { EFFORTS } from '@sluice/claude'
import { z } from 'zod'
import { ask, askAgain } from '../ask.ts'
import { ContentSchema } from '../content.ts'
import { ModelIdSchema } from '../env.ts'
import { OnDisconnectSchema } from '../on-disconnect.ts'
import { procedure, router } from '../trpc.ts'

const AskSchema = z.strictObject({
  runId: z.uuid(),
  model: ModelIdSchema.optional(),
  effort: z.enum(EFFORTS).optional(),
  maxTokens: z.int().min(1).optional(),
  onDisconnect: OnDisconnectSchema.optional(),
})

const SendSchema = AskSchema.extend({
  conversationId: z.uuid(),
  parentId: z.uuid().nullable(),
  content: ContentSchema,
})

const RegenerateSchema = AskSchema.extend({ messageId: z.uuid() })

export const chatRouter = router({
  /**
   * Asks a question after the answer `parentId`, or as the first one, and starts Claude's answer. Creates the
   * conversation where its id is new. Once per owner and run id: the same call again returns the first result.
   */
  send: procedure.input(SendSchema).mutation(({ ctx, input }) => ask(ctx, input)),

  /** Starts another answer to a question, once per owner and run id. */
  regenerate: procedure.input(RegenerateSchema).mutation(({ ctx, input }) => askAgain(ctx, input)),
})
