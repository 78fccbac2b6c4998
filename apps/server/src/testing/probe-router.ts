import { RunsError } from '@sluice/runs'
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { procedure, router } from '../trpc.ts'

/** In the messages of errors that must not be shown. */
export const SECRET = 'password of accounts-db-1'

/** All but one. */
export const PROBE_PATHS = [
  'probe.add',
  'probe.find',
  'probe.mine',
  'probe.hang',
  'probe.wait',
  'probe.fail',
  'probe.failInternally',
  'probe.forbid',
  'probe.lose',
  'probe.throwText',
  'probe.huge',
  'probe.emoji',
  'probe.oddEmoji',
  'probe.cycle',
  'probe.bigint',
  'probe.toJson',
  'probe.nothing',
  'probe.date',
] as const

/** A call that reached a procedure: its input was valid. */
interface ProbeCall {
  readonly path: string
  readonly input: unknown
  readonly owner: string
  readonly toolCall: Context['toolCall']
}

/** Procedures that do to a tool's caller what procedures may do. `calls` has those that were executed. */
export function createProbeRouter() {
  const calls: ProbeCall[] = []
  const signals: AbortSignal[] = []
  const asked = procedure.meta({ tool: { description: 'For tests.' } })
  const probe = procedure.meta({ tool: { description: 'For tests.', ask: false } })
  const NameSchema = z.object({ name: z.string().min(1).max(20) })
  const record = (path: string, { owner, toolCall }: Context, input?: unknown) =>
    calls.push({ path, input, owner, toolCall })
  /** A query that returns what `make` does. */
  const returns = (make: () => unknown) => probe.query(make)
  /** A mutation that throws what `make` makes. */
  const throws = (make: () => unknown) =>
    probe.mutation(() => {
      throw make()
    })

  const procedures = router({
    /** Asks first. Has two inputs, one with a default. */
    add: asked
      .input(NameSchema)
      .input(z.object({ tags: z.array(z.string()).default([]) }))
      .mutation(({ ctx, input }) => {
        record('probe.add', ctx, input)
        return { count: calls.length }
      }),
    /** Returns what it was asked for. */
    find: probe.input(NameSchema).query(({ ctx, input: { name } }) => {
      record('probe.find', ctx, { name })
      return { found: `about ${name}` }
    }),
    mine: probe
      .use(({ ctx, next }) => {
        if (ctx.owner !== 'alice') throw new TRPCError({ code: 'FORBIDDEN', message: 'This is for Alice.' })
        return next()
      })
      .query(({ ctx }) => {
        record('probe.mine', ctx)
        return ctx.owner
      }),
    unlisted: asked.mutation(({ ctx }) => record('probe.unlisted', ctx)),
    /** Never ends, whatever its signal does. */
    hang: probe.mutation(({ ctx, signal }) => {
      record('probe.hang', ctx)
      if (signal) signals.push(signal)
      return new Promise<never>(() => {})
    }),
    /** Rejects when its signal is aborted. */
    wait: probe.query(
      ({ ctx, signal }) =>
        new Promise<never>((_, reject) => {
          record('probe.wait', ctx)
          if (signal) signals.push(signal)
          signal?.addEventListener('abort', () => reject(new Error(SECRET)))
        }),
    ),
    fail: throws(() => new Error(SECRET)),
    failInternally: throws(() => z.object({ password: z.string() }).safeParse({}).error),
    forbid: throws(() => new TRPCError({ code: 'FORBIDDEN', message: 'This is not yours.' })),
    lose: throws(() => new RunsError('not_found', 'There is no such run.')),
    throwText: throws(() => SECRET),
    huge: probe.mutation(() => 'x'.repeat(50_000_000)),
    emoji: returns(() => '😀'.repeat(20_000)),
    oddEmoji: returns(() => `a${'😀'.repeat(20_000)}`),
    cycle: probe.mutation(() => {
      const cycle: Record<string, unknown> = {}
      return Object.assign(cycle, { cycle })
    }),
    bigint: returns(() => 1n),
    toJson: returns(() => ({
      toJSON() {
        throw new Error(SECRET)
      },
    })),
    nothing: returns(() => undefined),
    date: returns(() => ({ at: new Date(0) })),
  })
  return { probeRouter: router({ probe: procedures }), calls, signals }
}
