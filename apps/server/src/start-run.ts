import { type ClaudeRequest, type DecidedCall, EFFORTS, type FileBytes, worstCaseUsd } from '@sluice/claude'
import { readAttachment } from '@sluice/db'
import type { TypedRun } from '@sluice/events'
import { RunsError } from '@sluice/runs'
import { z } from 'zod'
import type { Context } from './context.ts'
import { LimitError } from './limits.ts'
import { checkOnDisconnect, type OnDisconnect, OnDisconnectSchema } from './on-disconnect.ts'
import type { ServerRunClaim } from './run-records.ts'
import { createRunTools } from './run-tools.ts'

/** What is stored of how a run was asked for, beside its model, system prompt and tools. */
export const RunSettingsSchema = z.object({
  maxTokens: z.int().optional(),
  effort: z.enum(EFFORTS).optional(),
  onDisconnect: OnDisconnectSchema.optional(),
})
type RunSettings = z.infer<typeof RunSettingsSchema>

interface StartRunOptions {
  /** A UUID that the client chose. */
  readonly runId: string
  readonly request: ClaudeRequest
  /** Default: the first of those that are allowed. */
  readonly onDisconnect?: OnDisconnect | undefined
  /** The calls with which the request ends, when its last message is Claude's. */
  readonly resume?: readonly DecidedCall[] | undefined
  /** Claims the run id, and stores more with it. Default: the run alone is stored. */
  readonly claim?: ((claim: ServerRunClaim) => Promise<boolean>) | undefined
}

/**
 * Starts a run that asks Claude for an answer. Every feature's `start` procedure calls this. Starting the same run id
 * again does nothing, so a retry never counts towards a limit, and is not paid for twice after a restart either: the
 * claim of the id is in the database.
 *
 * With `output` in the request, the result has the type of the run's output, for `useTypedRun`.
 *
 * @throws {Error} for an `output` that Claude cannot write; nothing is claimed or paid.
 * @throws {TRPCError} `BAD_REQUEST` for an `onDisconnect` that is not allowed.
 * @throws {LimitError}
 * @throws {RunsError} `not_found`, `closing`, `unavailable`.
 */
export async function startRun<Output>(
  context: Context,
  options: StartRunOptions & { readonly request: { readonly output: z.ZodType<Output> } },
): Promise<TypedRun<Output>>
export async function startRun(context: Context, options: StartRunOptions): Promise<{ runId: string }>
export async function startRun(context: Context, options: StartRunOptions): Promise<{ runId: string }> {
  const { owner, runs, onRefusal, allowedOnDisconnect } = context
  const { runId } = options
  try {
    const onDisconnect = checkOnDisconnect(options.onDisconnect, allowedOnDisconnect)
    if (await runs.has(owner, runId)) return { runId }
    await start(context, { ...options, onDisconnect })
  } catch (error) {
    // The same start, sent twice at once, may have taken the last place and started the run.
    if (error instanceof LimitError && (await runs.has(owner, runId).catch(() => false))) return { runId }
    onRefusal?.(reasonOf(error))
    throw error
  }
  return { runId }
}

async function start(
  context: Context,
  { runId, request, onDisconnect, resume, claim }: StartRunOptions,
): Promise<void> {
  const { owner, ip, runs, records, limits, admission, database, claude, maxRunUsd } = context
  // Before it counts: the page sends it again, until another server takes it.
  runs.requireOpen()
  await limits.start(owner, ip)
  const { model, system, tools, maxTokens, effort } = request
  const settings: RunSettings = { maxTokens, effort, onDisconnect }
  const onEnd = admission.admit({ owner, ip })
  try {
    const source = claude.ask(request, {
      onStep: (step) => records.addStep(runId, step),
      loadFile: (id) => loadFile(database, { id, runId }),
      tools: tools && createRunTools(context, runId),
      resume,
      maxUsd: maxRunUsd,
    })
    const { created } = await runs.start({
      owner,
      runId,
      model,
      source,
      onDisconnect,
      onEnd,
      claim: (run) =>
        (claim ?? records.claim)({
          ...run,
          system,
          tools: tools && JSON.stringify(tools),
          settings: JSON.stringify(settings),
          maxCostUsd: worstCaseUsd(request),
        }),
    })
    // Another call has started it meanwhile.
    if (!created) onEnd()
  } catch (error) {
    onEnd()
    throw error
  }
}

async function loadFile(
  database: Context['database'],
  which: { id: string; runId: string },
): Promise<FileBytes> {
  const file = await database.query((db) => readAttachment(db, which))
  if (file === undefined) throw new Error(`The file ${which.id} is not in the database.`)
  return file
}

function reasonOf(error: unknown): string {
  if (error instanceof LimitError) return error.reason ?? 'other'
  return error instanceof RunsError ? error.code : 'other'
}
