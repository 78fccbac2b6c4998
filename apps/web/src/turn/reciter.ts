import { textOf } from '@sluice/events'
import { isOver, type PageClock, pageClock, type RunStore } from '@sluice/client'
import { announcementOf } from './ending.ts'

/** A screen reader that is told more often never gets to the end of what it was told. */
const PAUSE_MS = 3000
/** About a minute of speech. The rest can be read on the page, at the user's own pace. */
const MAX_CHARS = 900

/** Says an answer's state when it changes and, while it is short, its finished sentences. Returns how to end it. */
export function createReciter(options: {
  run: RunStore
  say: (message: string) => void
  clock?: PageClock
}): () => void {
  const { run, say, clock = pageClock } = options
  let said = textOf(run.getSnapshot().view).length
  let recited = 0
  let cancel: (() => void) | undefined

  const unsubscribe = run.subscribe(consider)

  function consider() {
    const snapshot = run.getSnapshot()
    if (isOver(snapshot)) {
      cancel?.()
      const text = textOf(snapshot.view)
      const rest = recited <= MAX_CHARS ? plain(text.slice(said)) : ''
      said = text.length
      say([rest.length <= MAX_CHARS ? rest : '', announcementOf(snapshot)].filter(Boolean).join(' '))
      return
    }
    if (cancel || recited > MAX_CHARS) return
    const sentences = finishedSentences(textOf(snapshot.view).slice(said))
    if (sentences === '') return
    said += sentences.length
    const words = plain(sentences).slice(0, MAX_CHARS)
    recited += words.length
    say(recited > MAX_CHARS ? `${words} The rest is on the page.` : words)
    cancel = clock.after(PAUSE_MS, () => {
      cancel = undefined
      consider()
    })
  }

  return () => {
    cancel?.()
    unsubscribe()
  }
}

/** Up to the last end of a sentence or line. */
function finishedSentences(text: string): string {
  return /^[^]*(?:[.!?:](?=\s)|\n)/.exec(text)?.[0] ?? ''
}

/** Without the marks that a screen reader would spell out. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/[*_`#>|~]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
