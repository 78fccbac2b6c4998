import { createTRPCClient, httpLink } from '@trpc/client'
import type { AppRouter } from '@sluice/server'
import type { Plugin } from 'vite'
import type { Models } from './src/api.ts'

const RETRY_MS = 200

/**
 * The last line of `pnpm dev`: the address of the page, once the API answers too, and whether answers are billed.
 *
 * @param apiUrl address of the API, such as `http://127.0.0.1:3000`.
 */
export function announceAddress(apiUrl: string): Plugin {
  return {
    name: 'announce-address',
    apply: 'serve',
    configureServer(server) {
      // Vite's command line calls this when it listens.
      server.printUrls = () => {
        const closed = new AbortController()
        server.httpServer?.once('close', () => closed.abort())
        const [address = ''] = server.resolvedUrls?.local ?? []
        void announce(address, apiUrl, closed.signal)
      }
    },
  }
}

/** Waits until the API is ready: both are started at the same time, and the first start creates a database. */
async function announce(address: string, apiUrl: string, signal: AbortSignal): Promise<void> {
  const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${apiUrl}/trpc` })] })
  while (!signal.aborted) {
    const ready = await fetch(`${apiUrl}/readyz`).catch(() => undefined)
    const models = ready?.ok ? await api.models.list.query().catch(() => undefined) : undefined
    if (models) {
      process.stdout.write(`\nSluice is ready: open ${address}\n${aboutAnswers(models)}\n\n`)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

function aboutAnswers({ simulator, simulatorChosen }: Models): string {
  if (!simulator) return 'Answers come from Claude and are billed. Set SIMULATOR=1 to simulate them.'
  const change = simulatorChosen ? 'unset SIMULATOR' : 'set ANTHROPIC_API_KEY in .env'
  return `Answers are simulated. To talk to Claude, ${change} and start again.`
}
