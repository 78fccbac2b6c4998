import { setTimeout } from 'node:timers/promises'
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { appRouter } from '../routers/app-router.ts'
import { toolsOf, type ToolsOptions } from '../tools-of.ts'
import { mergeRouters, procedure, router } from '../trpc.ts'

/** A call that is being executed. */
export interface Execution {
  readonly tool: 'look' | 'add' | 'change'
  readonly runId: string
  readonly callId: string
}

const InputSchema = z.strictObject({
  text: z.string(),
  /** How long the call takes, in ms. */
  ms: z.int().min(0).max(10_000).optional(),
  fails: z.boolean().optional(),
})

/**
 * The app's router with three tools: `work.look`, a query; `work.add`, a mutation that does not ask; `work.change`, one
 * that does. They return their text. `record` is told of each execution before anything else.
 */
export function testTools(record: (execution: Execution) => Promise<unknown>) {
  async function work(tool: Execution['tool'], ctx: Context, input: z.infer<typeof InputSchema>) {
    if (ctx.toolCall) await record({ tool, ...ctx.toolCall })
    await setTimeout(input.ms ?? 0)
    if (input.fails) throw new TRPCError({ code: 'CONFLICT', message: `No: ${input.text}` })
    return { text: input.text }
  }
  const withWork = mergeRouters(
    appRouter,
    router({
      work: router({
        look: procedure
          .meta({ tool: { description: 'Looks.' } })
          .input(InputSchema)
          .query(({ ctx, input }) => work('look', ctx, input)),
        add: procedure
          .meta({ tool: { description: 'Adds without asking.', ask: false } })
          .input(InputSchema)
          .mutation(({ ctx, input }) => work('add', ctx, input)),
        change: procedure
          .meta({ tool: { description: 'Changes.' } })
          .input(InputSchema)
          .mutation(({ ctx, input }) => work('change', ctx, input)),
      }),
    }),
  )
  return {
    router: withWork,
    tools: (options: ToolsOptions) => toolsOf(withWork, ['work.look', 'work.add', 'work.change'], options),
  }
}
