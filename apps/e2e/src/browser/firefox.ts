import { spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { findProgram } from '../find-program.ts'
import { type BidiConnection, connectBidi } from './bidi-connection.ts'
import { lastButton, onFrames, type OtherBrowser, type Tab, textBox } from './tab.ts'

const firefox = process.env['FIREFOX_PATH'] ?? findProgram('firefox-esr') ?? findProgram('firefox')

/** Why Firefox's tests are skipped here; undefined where Firefox is installed. In CI they fail instead. */
export const noFirefox: string | undefined =
  firefox === undefined && !process.env['CI']
    ? 'no Firefox found. Install it (Debian: sudo apt-get install firefox-esr) or set FIREFOX_PATH.'
    : undefined

const ENTER = '\uE007'

/** What a function called in the page returned: an element, or the string that ours return otherwise. */
interface CallResult {
  readonly result: { readonly sharedId?: string; readonly value?: string }
  readonly exceptionDetails?: { readonly text: string }
}

/**
 * The installed Firefox, headless and with a fresh profile, driven over the WebDriver BiDi that it speaks by itself.
 * Playwright drives a Firefox that it has built itself, or the newest, which an ESR is not.
 */
export async function launchFirefox(): Promise<OtherBrowser> {
  if (firefox === undefined) throw new Error('no Firefox found: apt-get install firefox-esr')
  const profile = await mkdtemp(join(tmpdir(), 'sluice-firefox-'))
  const child = spawn(
    firefox,
    ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile],
    {
      // What it keeps outside of the profile is deleted with it.
      env: { ...process.env, HOME: profile },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const exited = once(child, 'exit')
  const end = async () => {
    child.kill('SIGKILL')
    await exited
    await rm(profile, { recursive: true, maxRetries: 5 })
  }
  try {
    const complaints: string[] = []
    const bidi = await connectBidi(`${await addressIn(child.stderr)}/session`, (method, params) => {
      const { level, text } = params as { level?: string; text?: string }
      if (method === 'log.entryAdded' && (level === 'error' || level === 'warn'))
        complaints.push(String(text))
    })
    await bidi.send('session.new', { capabilities: {} })
    await bidi.send('session.subscribe', { events: ['log.entryAdded'] })
    const tree = await bidi.send<{ contexts: { context: string }[] }>('browsingContext.getTree', {})
    const context = tree.contexts[0]?.context ?? ''
    return {
      tab: tabOf(bidi, context),
      open: async (url) =>
        void (await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' })),
      complaints: async () => complaints,
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** Where it listens, as it says once it does. */
async function addressIn(output: Readable): Promise<string> {
  const said: string[] = []
  for await (const [line] of on(createInterface(output), 'line', { close: ['close'] })) {
    const address = /^WebDriver BiDi listening on (ws:.*)/.exec(line)?.[1]
    if (address !== undefined) return address
    said.push(line)
  }
  throw new Error(`Firefox did not start: ${said.join('\n')}`)
}

function tabOf(bidi: BidiConnection, context: string): Tab {
  async function call(functionDeclaration: string, argument: unknown) {
    const { result, exceptionDetails } = await bidi.send<CallResult>('script.callFunction', {
      functionDeclaration,
      arguments: [{ type: 'string', value: JSON.stringify(argument ?? null) }],
      target: { context },
      awaitPromise: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.text)
    return result
  }
  const act = (...actions: object[]) => bidi.send('input.performActions', { context, actions })
  async function clickOn(look: string, argument?: string) {
    const { sharedId } = await call(`(json) => (${onFrames(look)})(JSON.parse(json))`, argument)
    const toIt = { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element: { sharedId } } }
    const press = [
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ]
    await act({ type: 'pointer', id: 'mouse', actions: [toIt, ...press] })
  }
  return {
    async ask(prompt) {
      await clickOn(textBox)
      const keys = [...Array.from(new Intl.Segmenter().segment(prompt), ({ segment }) => segment), ENTER]
      const actions = keys.flatMap((value) => [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ])
      await act({ type: 'key', id: 'keyboard', actions })
    },
    click: (name) => clickOn(lastButton, name),
    async waitFor(look, argument) {
      const source = `async (json) => JSON.stringify(await (${onFrames(String(look))})(JSON.parse(json)))`
      return JSON.parse((await call(source, argument)).value ?? 'null')
    },
    reload: async () => void (await bidi.send('browsingContext.reload', { context, wait: 'complete' })),
  }
}
