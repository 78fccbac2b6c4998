import { isOver, type RunStore } from '@sluice/client'
import type { UIMessageChunk } from 'ai'
import type { AnswerChunks } from './answer-chunks.ts'

/**
 * Follows a run as a stream of chunks. What its reader has taken is acknowledged, so the stream holds at most about a
 * window of the server, and Claude is read no faster than the stream. Cancelling disconnects; it does not stop the run.
 *
 * @param before Chunks that come first.
 */
export function streamRun(
  run: RunStore,
  chunks: AnswerChunks,
  before: readonly UIMessageChunk[] = [],
): ReadableStream<UIMessageChunk> {
  let commits = 0
  let unsubscribe: (() => void) | undefined
  return new ReadableStream<UIMessageChunk>(
    {
      start(controller) {
        for (const chunk of before) controller.enqueue(chunk)
        unsubscribe = run.subscribe(() => {
          const snapshot = run.getSnapshot()
          if (snapshot.commits > commits)
            for (const chunk of run.latestEvents().flatMap(chunks.of)) controller.enqueue(chunk)
          ;({ commits } = snapshot)
          const { failure } = snapshot
          if (failure) controller.enqueue({ type: 'error', errorText: failure.message })
          if (!isOver(snapshot)) return
          unsubscribe?.()
          controller.close()
        })
        run.connect()
      },
      // With nothing kept ready, the stream pulls when its reader has taken everything and waits.
      pull: () => run.rendered(run.getSnapshot().view.position),
      cancel() {
        unsubscribe?.()
        run.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Stops a run. Resolves when it has ended, or when it cannot be stopped. */
export function stopRun(run: RunStore): Promise<void> {
  return new Promise((resolve) => {
    const watch = () => {
      const snapshot = run.getSnapshot()
      run.rendered(snapshot.view.position)
      if (isOver(snapshot)) resolve()
    }
    run.subscribe(watch)
    watch()
    run.stop().then(run.connect, () => {
      run.close()
      resolve()
    })
  })
}
