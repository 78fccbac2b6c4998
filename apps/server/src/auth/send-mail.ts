import type { FastifyBaseLogger } from 'fastify'
import { LOOPBACK_HOSTS } from '../allowed-hosts.ts'

interface Mail {
  readonly to: string
  readonly subject: string
  /** Plain text, before and after the link. */
  readonly text: string
  /** Secret: it proves that its reader owns the address. */
  readonly link: string
}

/** Sends a mail. It is called in the background, so no one waits for it, and what it throws is logged. */
export type SendMail = (mail: Mail) => Promise<void>

/**
 * Put your mail server here, for instance with nodemailer: return a function that sends `text` and `link`.
 *
 * Until then, the links are logged where `PUBLIC_URL` is this machine, and nothing is sent elsewhere, because whoever
 * reads a link in a log could use it.
 */
export function createSendMail(publicUrl: string, logger: FastifyBaseLogger): SendMail {
  const isHere = LOOPBACK_HOSTS.includes(new URL(publicUrl).hostname)
  return async ({ to, subject, link }) => {
    if (isHere) logger.info({ to, subject, link }, 'a mail would be sent')
    else logger.error({ subject }, 'no mail was sent: put your mail server in auth/send-mail.ts')
  }
}
