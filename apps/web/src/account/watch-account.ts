import type { Core } from '../chat/create-core.ts'
import { callAuth } from './call-auth.ts'
import { isSessionEnded } from './is-session-ended.ts'
import { startAnew } from './start-anew.ts'

/**
 * Starts anew when the page is no longer its owner's: somebody has signed in or out in another tab, or the session has
 * ended.
 *
 * @param owner Whose the page is; undefined where not even that could be asked, because the session has ended.
 */
export function watchAccount(core: Core, owner: string | undefined): () => void {
  const { client, queryClient } = core
  let isChecking = false

  async function check(): Promise<void> {
    try {
      const { owner: now } = await client.models.list.query()
      if (now !== owner) startAnew(core)
    } catch (error) {
      if (!isSessionEnded(error)) return
      // Its cookie would have every request refused.
      await callAuth('sign-out')
      startAnew(core, '#signed-out')
    }
  }
  const checkOnce = () => {
    if (isChecking) return
    isChecking = true
    // Where it fails, the next refusal tries again.
    void check()
      .catch(() => {})
      .finally(() => (isChecking = false))
  }

  const forgetQueries = queryClient.getQueryCache().subscribe(({ query }) => {
    if (isSessionEnded(query.state.error)) checkOnce()
  })
  const forgetMutations = queryClient.getMutationCache().subscribe(({ mutation }) => {
    if (isSessionEnded(mutation?.state.error)) checkOnce()
  })
  // Every page that is loaded tells the others, whose owner may be another one by now.
  const pages = new BroadcastChannel('sluice.account')
  pages.addEventListener('message', checkOnce)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
  pages.postMessage('loaded')
  window.addEventListener('pageshow', reloadRestored)
  if (owner === undefined) checkOnce()
  return () => {
    forgetQueries()
    forgetMutations()
    pages.close()
    window.removeEventListener('pageshow', reloadRestored)
  }
}

/** The browser shows a page as it was left, perhaps by somebody else. */
function reloadRestored({ persisted }: PageTransitionEvent): void {
  if (!persisted) return
  document.documentElement.hidden = true
  window.location.reload()
}
