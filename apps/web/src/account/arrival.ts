import { useMemo, useSyncExternalStore } from 'react'

const NAMES = ['sign-in', 'signed-out', 'verify', 'reset', 'error'] as const

/** What the address asks for behind its `#`, which is not sent to the server: the tokens of links in mails are secret. */
export interface Arrival {
  readonly name: (typeof NAMES)[number]
  readonly value: string
}

export function useArrival(): Arrival | undefined {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return useMemo(() => parse(hash), [hash])
}

/** Opens the dialog. Back closes it. */
export function askForSignIn(): void {
  window.location.hash = 'sign-in'
}

/** Closes the dialog, and forgets its token. */
export function leaveArrival(): void {
  window.history.replaceState(window.history.state, '', window.location.pathname)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

function parse(hash: string): Arrival | undefined {
  const [said, value = ''] = hash.slice(1).split('=')
  const name = NAMES.find((known) => known === said)
  return name && { name, value }
}

function subscribe(onChange: () => void): () => void {
  // GitHub leads back with an error in the query, which is told once.
  const error = new URLSearchParams(window.location.search).get('error')
  if (error !== null)
    window.history.replaceState(
      window.history.state,
      '',
      `${window.location.pathname}#error=${encodeURIComponent(error)}`,
    )
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}
