/** How to sign in, beside e-mail and password. */
export interface SignInMethods {
  readonly github: boolean
}

/** The user that a request comes from. */
export interface SignedIn {
  readonly userId: string
  readonly email: string
}

/** What the page is told of accounts; undefined while they are off. `email`: of the user, if one is signed in. */
export function accountsOf(context: {
  readonly signIn?: SignInMethods | undefined
  readonly signedIn?: SignedIn | undefined
}): { github: boolean; email?: string | undefined } | undefined {
  return context.signIn && { ...context.signIn, email: context.signedIn?.email }
}
