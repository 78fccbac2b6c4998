import type { Core } from '../chat/create-core.ts'

/** Pages that are being loaded again: what they notice meanwhile does not count. */
const leaving = new WeakSet<Core>()

/**
 * Loads the page again, for somebody else. That is what makes sure that nothing of the one before is left: no query, no
 * chat, no draft.
 */
export function startAnew(core: Core, hash = ''): void {
  const { drafts, openChats } = core
  if (leaving.has(core)) return
  leaving.add(core)
  const { chat, background } = openChats.getState()
  // A question that was not accepted must not be sent again, as the next one's.
  for (const one of [chat, ...background]) if (one.getState().turns.at(-1)?.started === false) one.stop()
  drafts.forgetAll()
  // After the chats have given back their unsent questions, which are then drafts.
  window.addEventListener('pagehide', drafts.forgetAll)
  load(`/${hash}`)
}

/** Loads the page again, for the same person: a guest who has signed in, and keeps everything, also the drafts. */
export function startAsUser(core: Core): void {
  leaving.add(core)
  core.drafts.handOver()
  load(window.location.pathname)
}

function load(path: string): void {
  window.history.replaceState(null, '', path)
  window.location.reload()
}
