import type { StartOptions } from '@sluice/runs'
import type { Context } from './context.ts'

/**
 * Starts a run for whoever asks: what every feature's `start` ends in. The same run id again is the same run
 * and costs nothing, so a retry is never refused for its number. With the `epoch` that its first attempt was
 * sent in, a retry is not paid for twice either when the server was restarted in between: it is refused.
 *
 * @throws {LimitError} RunsError `not_found`, `too_many_runs`, `closing`, `forgotten`.
 */
export async function startRun(
  { owner, ip, runs, limits }: Context,
  { epoch, ...run }: Omit<StartOptions, 'owner'> & { readonly epoch?: string | undefined },
): Promise<{ runId: string }> {
  const { runId } = run
  if (!runs.has(owner, runId)) {
    if (epoch !== undefined) runs.assertRemembers(epoch)
    try {
      await limits.start(owner, ip)
    } catch (error) {
      // Its twin, which came at the same time, may have taken the last place and started it.
      if (!runs.has(owner, runId)) throw error
    }
  }
  await runs.start({ owner, ...run })
  return { runId }
}
