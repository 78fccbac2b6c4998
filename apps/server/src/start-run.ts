import { budgetedUsd, type ClaudeRequest, worstCaseUsd } from '@sluice/claude'
import { CHARS_PER_TOKEN } from '@sluice/events'
import { RunsError, type RunSummary } from '@sluice/runs'
import type { Context } from './context.ts'
import { LimitError } from './limits.ts'

interface StartRunOptions {
  /** A UUID that the client chose. */
  readonly runId: string
  readonly epoch?: string | undefined
  readonly request: ClaudeRequest
  readonly onDisconnect?: 'abort' | 'continue' | undefined
}

/**
 * Asks Claude for an answer, as a run of the owner's: what every feature's `start` ends in. The same run id again is
 * the same run and costs nothing, so a retry is never refused for its number. With the `epoch` that its first attempt
 * was sent in, a retry is not paid for twice either when the server was restarted in between: it is refused.
 *
 * @throws {LimitError} RunsError `not_found`, `closing`, `forgotten`.
 */
export async function startRun(context: Context, options: StartRunOptions): Promise<{ runId: string }> {
  const { owner, runs, onRefusal } = context
  const { runId } = options
  if (runs.has(owner, runId)) return { runId }
  try {
    await start(context, options)
  } catch (error) {
    // Its twin, which came at the same time, may have taken the last place and started it.
    if (runs.has(owner, runId)) return { runId }
    onRefusal?.(reasonOf(error))
    throw error
  }
  return { runId }
}

async function start(
  { owner, ip, runs, limits, admission, claude }: Context,
  { runId, epoch, request, onDisconnect }: StartRunOptions,
): Promise<void> {
  if (epoch !== undefined) runs.assertRemembers(epoch)
  await limits.start(owner, ip)
  // Its twin may have started it meanwhile. From here to the claim nothing waits, so only one of them is admitted.
  if (runs.has(owner, runId)) return
  const { model } = request
  const settle = admission.admit({ owner, ip, worstCaseUsd: worstCaseUsd(request) })
  try {
    const source = claude.ask(request)
    const onEnd = (run: RunSummary | undefined) => settle(run ? costOf(run) : 0)
    await runs.start({ owner, runId, model, source, onDisconnect, onEnd })
  } catch (error) {
    settle(0)
    throw error
  }
}

/** US dollars. From the length of the answer where the source could not say what was used. */
function costOf({ terminal, usage, model, chars }: RunSummary): number {
  if (typeof terminal.costUsd === 'number') return terminal.costUsd
  return budgetedUsd(model, usage ?? { ...NOTHING, outputTokens: Math.ceil(chars / CHARS_PER_TOKEN) })
}

const NOTHING = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true }

function reasonOf(error: unknown): string {
  if (error instanceof LimitError) return error.reason ?? 'other'
  return error instanceof RunsError ? error.code : 'other'
}
