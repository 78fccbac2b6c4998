import { isRefusal } from '@sluice/client'

/** Whether a call was refused because the user's session was revoked or has expired. */
export function isSessionEnded(error: unknown): boolean {
  const data: unknown = isRefusal(error) ? error.data : undefined
  return typeof data === 'object' && data !== null && 'sessionEnded' in data && data.sessionEnded === true
}
