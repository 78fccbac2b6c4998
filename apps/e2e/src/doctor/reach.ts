import { z } from 'zod'
import { DoctorError } from './doctor-error.ts'
import { type CallAnswer, SluiceClient } from '../web-client/sluice-client.ts'
import { openWebClient, type WebClient, type WebClientOptions } from '../web-client/web-client.ts'

const PricesSchema = z.object({ input: z.number(), output: z.number() })
const ModelsSchema = z.object({
  simulator: z.boolean(),
  defaultModel: z.string(),
  maxPromptChars: z.number(),
  models: z.array(z.object({ id: z.string(), usdPerMTok: PricesSchema.optional() })),
})

/** A reachable Sluice. */
export interface Target {
  readonly url: URL
  readonly web: WebClient
  readonly about: z.infer<typeof ModelsSchema>
  /** Its response headers, which show the proxies. */
  readonly headers: CallAnswer['headers']
  /** A new client with its own session. */
  visitor(): Promise<SluiceClient>
}

const TIMEOUT_MS = 15_000

/** Checks that there is a Sluice at this URL. @throws {DoctorError} with what is there instead. */
export async function reach(typed: string, options: WebClientOptions): Promise<Target> {
  const url = parseUrl(typed)
  const { web, answer } = await withTimeout(url, async () => {
    const opened = await openWebClient(url, options)
    return { web: opened, answer: await new SluiceClient(opened, url).query('models.list') }
  })
  const about = ModelsSchema.safeParse(answer.data)
  if (!about.success) {
    web.close()
    throw new DoctorError('not_sluice', describeOther(url, answer))
  }
  return {
    url,
    web,
    about: about.data,
    headers: answer.headers,
    async visitor() {
      const client = new SluiceClient(web, url)
      await client.query('models.list')
      return client
    },
  }
}

function parseUrl(typed: string): URL {
  const url = URL.canParse(typed) ? new URL(typed) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new DoctorError(
    'usage',
    `"${typed}" is not the URL of a page. Expected one like https://chat.example.com`,
  )
}

async function withTimeout<Value>(url: URL, attempt: () => Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DoctorError('unreachable', `${url.origin} did not answer within ${TIMEOUT_MS / 1000} s.`))
    }, TIMEOUT_MS)
  })
  try {
    return await Promise.race([attempt(), late])
  } catch (error) {
    throw error instanceof DoctorError ? error : connectFailure(url, error as NodeJS.ErrnoException)
  } finally {
    clearTimeout(timer)
  }
}

function connectFailure(url: URL, error: NodeJS.ErrnoException): DoctorError {
  const { code = '' } = error
  const options = { cause: error }
  if (code === 'ECONNREFUSED')
    return new DoctorError(
      'unreachable',
      `Nothing listens at ${url.host}. Is Sluice or its proxy running?`,
      options,
    )
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new DoctorError('unreachable', `DNS has no host ${url.hostname}.`, options)
  if (/CERT|SELF_SIGNED|ALTNAME|VERIFY/.test(code))
    return new DoctorError(
      'certificate',
      `The certificate of ${url.host} is not trusted (${code}). To measure anyway: --insecure`,
      options,
    )
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return new DoctorError('unreachable', `${url.host} does not speak TLS. Is it http:// instead?`, options)
  return new DoctorError('unreachable', `${url.host} cannot be reached: ${error.message}`, options)
}

function describeOther(url: URL, { status, headers, error }: CallAnswer): string {
  const { location } = headers
  if (status >= 300 && status < 400 && location !== undefined)
    return `${url.origin} redirects to ${new URL(location, url).origin}. Use that URL.`
  if (status === 502 || status === 503 || status === 504)
    return `A proxy answers at ${url.host}, but does not reach Sluice: status ${status}.`
  const said = error?.message ?? headers['content-type'] ?? 'no content type'
  return `The server at ${url.host} is not Sluice: /trpc/models.list answered ${status} (${said}). Use the URL of the page.`
}
