import { isRefusal } from '@sluice/client'

/** What an error says to the user; undefined without one. */
export function problemOf(error: { readonly message: string } | null): string | undefined {
  if (error === null) return undefined
  return isRefusal(error) ? error.message : 'The server cannot be reached.'
}
