type Answer = Record<string, unknown>

/** Where the server's words are not enough. */
const WORDS: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD: 'Wrong e-mail address or password.',
  EMAIL_NOT_VERIFIED: 'Confirm your address first: we have sent you another link.',
  SESSION_EXPIRED: 'To be sure that it is you, sign out and in again first.',
  INVALID_TOKEN: 'This link was used or has expired. Ask for another one.',
  TOKEN_EXPIRED: 'This link has expired. Sign in to be sent another one.',
}

/** Calls a route of accounts. Rejects with an error whose message is for the user. */
export function callAuth(path: string, body: object = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return request(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Confirms the address that a link was mailed to. Doing so again does no harm. */
export function confirmAddress(token: string): Promise<Answer> {
  return request(`verify-email?token=${encodeURIComponent(token)}`)
}

async function request(path: string, options: RequestInit = {}): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(`/api/auth/${path}`, options)
  } catch {
    throw new Error('The server cannot be reached. Try again.')
  }
  const answer = recordOf(await response.json().catch(() => undefined))
  if (response.ok) return answer
  // Better Auth's own errors are at the top, the server's are like tRPC's.
  const { code, message = recordOf(answer['error'])['message'] } = answer
  const words = WORDS[String(code)] ?? message
  throw new Error(typeof words === 'string' ? words : 'Something went wrong. Try again.')
}

function recordOf(value: unknown): Answer {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
