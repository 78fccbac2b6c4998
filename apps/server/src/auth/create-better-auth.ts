import { createHmac } from 'node:crypto'
import { authAccount, authSession, authUser, authVerification, type Db } from '@sluice/db'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import type { BetterAuthOptions } from 'better-auth'
import { betterAuth } from 'better-auth/minimal'
import type { FastifyBaseLogger } from 'fastify'
import type { SendMail } from './send-mail.ts'
import { watchQueries, withoutValues } from './watch-queries.ts'

export interface BetterAuthSettings {
  /** `SESSION_SECRET`, or the one that development keeps. */
  readonly secret: string
  /** The origin in the browser's address bar. Links in mails lead there, and GitHub back to it. */
  readonly publicUrl: string
  readonly github: { clientId: string; clientSecret: string } | undefined
  readonly sendMail: SendMail
  /** Deletes what a user has, before and after the user. */
  readonly deleteContent: (userId: string) => Promise<void>
  /** Other origins whose pages may call this server. With one, cookies are sent from other sites, over https only. */
  readonly allowedOrigins: readonly string[]
  readonly logger: FastifyBaseLogger
}

const DAY_S = 24 * 60 * 60
/** How long a session lasts that is not used. Use prolongs it, once a day. */
const SESSION_S = 30 * DAY_S

const COOKIE_PREFIX = 'sluice'
/** Holds the token of a session, signed. */
export const SESSION_COOKIE = `${COOKIE_PREFIX}.session_token`

const IF_NOT_YOU = 'If this was not you, ignore this mail.'

export type BetterAuth = ReturnType<typeof createBetterAuth>

/** Better Auth as it is set up here. What is not mentioned is at its default, or has no route: see `serveAuth`. */
export function createBetterAuth(db: Db, settings: BetterAuthSettings) {
  const { publicUrl, github, sendMail, deleteContent, allowedOrigins, logger } = settings
  const warn = (reason: string, error: unknown) =>
    logger.warn({ reason, cause: withoutValues(error).message }, 'accounts had a problem')
  const adapter = drizzleAdapter(db, {
    provider: 'pg',
    schema: { user: authUser, session: authSession, account: authAccount, verification: authVerification },
    transaction: true,
  })
  return betterAuth({
    appName: 'Sluice',
    baseURL: publicUrl,
    database: (options: BetterAuthOptions) => watchQueries(adapter(options)),
    // Not the secret itself, so that a cookie that one of the two has signed is never valid for the other.
    secret: createHmac('sha256', settings.secret).update('better-auth').digest('hex'),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      // So that an address that has an account answers like a new one, and no one takes another's address.
      requireEmailVerification: true,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }) =>
        sendMail({
          to: user.email,
          subject: 'Choose a new password',
          text: `Somebody has asked for a new password. The link is valid for an hour. ${IF_NOT_YOU}`,
          link: `${publicUrl}/#reset=${token}`,
        }),
      onExistingUserSignUp: ({ user }) =>
        sendMail({
          to: user.email,
          subject: 'You have an account already',
          text: `Somebody has tried to create an account with this address, which has one. Sign in, or choose a new password. ${IF_NOT_YOU}`,
          link: `${publicUrl}/#sign-in`,
        }),
    },
    emailVerification: {
      sendOnSignIn: true,
      // A link that a stranger has mailed must not sign its reader in to the stranger's account, which would then be
      // given what the reader has as a guest.
      autoSignInAfterVerification: false,
      sendVerificationEmail: ({ user, token }) =>
        sendMail({
          to: user.email,
          subject: 'Confirm your e-mail address',
          text: `Somebody has created an account with this address. The link is valid for an hour. ${IF_NOT_YOU}`,
          link: `${publicUrl}/#verify=${token}`,
        }),
    },
    socialProviders: github && { github },
    account: {
      encryptOAuthTokens: true,
      // An address is not proof enough: sign in as before.
      accountLinking: { disableImplicitLinking: true },
    },
    user: {
      deleteUser: {
        enabled: true,
        beforeDelete: ({ id }) => deleteContent(id),
        // Started meanwhile.
        afterDelete: ({ id }) => deleteContent(id),
      },
      validateUserInfo: ({ user, source }) =>
        source.method === 'oauth' && user.emailVerified !== true
          ? { error: 'email_not_verified' }
          : undefined,
    },
    session: { expiresIn: SESSION_S, updateAge: DAY_S },
    trustedOrigins: [...allowedOrigins],
    // `limitRequests` and `limitAttempts` do it, by the address that `TRUST_PROXY` allows.
    rateLimit: { enabled: false },
    // Errors are answered by `serveAuth`: Better Auth's own way prints them, with the values of queries.
    onAPIError: { throw: true, errorURL: '/' },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: false,
      defaultCookieAttributes:
        allowedOrigins.length > 0
          ? { sameSite: 'none', secure: true }
          : { sameSite: 'lax', secure: publicUrl.startsWith('https:') },
      // `refuseOtherOrigins` does it. Where a redirect may lead is checked here.
      disableCSRFCheck: true,
      disableOriginCheck: false,
      ipAddress: { disableIpTracking: true },
      // Not waited for: how long a mail takes would say whether there is such an account.
      backgroundTasks: {
        handler: (task) => void task.catch((error: unknown) => warn('A mail was not sent.', error)),
      },
    },
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      log(_level, message, ...details) {
        // Not the other details, which are people's addresses.
        const error = details.find((detail) => detail instanceof Error)
        if (error !== undefined) warn(message, error)
        // What somebody did wrong, such as a password.
        else logger.debug({ reason: message }, 'accounts refused')
      },
    },
  })
}
