import { z } from 'zod'
import { getConversation, listPage, remove, rename, restore, searchPage } from '../conversations.ts'
import { PageSchema } from '../paging.ts'
import { procedure, router } from '../trpc.ts'
import { toWellFormed } from '../well-formed.ts'

const ConversationIdSchema = z.strictObject({ conversationId: z.uuid() })

const WordsSchema = z.string().trim().min(1, 'expected some text').max(200).transform(toWellFormed)

export const conversationsRouter = router({
  /** The owner's conversations, the one that was used last first. */
  list: procedure.input(PageSchema.prefault({})).query(({ ctx, input }) => listPage(ctx, input)),

  /** A conversation with all of its messages. */
  get: procedure
    .input(ConversationIdSchema)
    .query(({ ctx, input }) => getConversation(ctx, input.conversationId)),

  rename: procedure
    .input(ConversationIdSchema.extend({ title: WordsSchema }))
    .mutation(({ ctx, input }) => rename(ctx, input.conversationId, input.title)),

  /** Stops its live answers, and hides it. For 10 minutes it can be restored. */
  remove: procedure
    .input(ConversationIdSchema)
    .mutation(({ ctx, input }) => remove(ctx, input.conversationId)),

  restore: procedure
    .input(ConversationIdSchema)
    .mutation(({ ctx, input }) => restore(ctx, input.conversationId)),

  /** As `list`, those with these words in their title or in a message. Upper and lower case do not matter. */
  search: procedure
    .input(PageSchema.extend({ words: WordsSchema }))
    .query(({ ctx, input }) => searchPage(ctx, input)),
})
