import { SluiceClient } from '../web-client/sluice-client.ts'
import { openWebClient, type WebClient, type WebClientOptions } from '../web-client/web-client.ts'

export interface Visit extends Disposable {
  readonly client: SluiceClient
  readonly web: WebClient
}

/** A client with its own session that speaks the page's protocol and accepts any certificate. */
export async function visit(
  url: string,
  { cookie, ...options }: WebClientOptions & { cookie?: string | undefined } = {},
): Promise<Visit> {
  const web = await openWebClient(new URL(url), { insecure: true, ...options })
  const client = new SluiceClient(web, new URL(url), cookie)
  const { status, text } = await client.query('models.list')
  if (status !== 200) throw new Error(`models.list: ${status} ${text}`)
  return { client, web, [Symbol.dispose]: () => web.close() }
}
