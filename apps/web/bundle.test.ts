import { afterEach, expect, test, vi } from 'vitest'
import { build } from 'vite'

const KEY = 'a-secret-key'

afterEach(() => void vi.unstubAllEnvs())

async function filesOf() {
  // Vitest sets NODE_ENV to test.
  vi.stubEnv('NODE_ENV', 'production')
  const root = import.meta.dirname
  const built = await build({ root, logLevel: 'silent', build: { write: false } })
  return [built].flat().flatMap((one) => ('output' in one ? one.output : []))
}

test('no key of the environment, and nothing that talks to Claude, is in what browsers load', async () => {
  for (const name of ['ANTHROPIC_API_KEY', 'SESSION_SECRET']) vi.stubEnv(name, KEY)
  const files = await filesOf()
  const text = files.map((file) => (file.type === 'chunk' ? file.code : String(file.source))).join('\n')
  // All of it: the page itself, and its later parts.
  expect(files.map(({ fileName }) => fileName).join(' ')).toMatch(/index-.*markdown-/)
  for (const secret of [KEY, '@anthropic-ai', 'api.anthropic.com']) {
    expect(text.includes(secret), secret).toBe(false)
  }
})
