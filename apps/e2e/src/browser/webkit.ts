import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProgram } from '../find-program.ts'
import { freePorts } from '../free-ports.ts'
import { lastButton, LOOK_MS, onFrames, type OtherBrowser, type Tab, textBox } from './tab.ts'

const driver = findProgram('WebKitWebDriver')
const xvfb = findProgram('Xvfb')

/** Why WebKit's tests are skipped here; undefined where it and Xvfb are installed. In CI they fail instead. */
export const noWebkit: string | undefined =
  (driver === undefined || xvfb === undefined) && !process.env['CI']
    ? 'no WebKitWebDriver or no Xvfb found. Install them (Debian: sudo apt-get install webkit2gtk-driver xvfb).'
    : undefined

const ENTER = '\uE007'
/** WebDriver returns an element as an object with its id under this key. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
const POLL_MS = 50

/**
 * WebKitGTK's MiniBrowser with a fresh profile, on an X server of its own because it has no headless mode, driven over
 * WebDriver. Playwright drives only a WebKit that it has built itself.
 */
export async function launchWebkit(): Promise<OtherBrowser> {
  if (driver === undefined || xvfb === undefined)
    throw new Error('no WebKit found: apt-get install webkit2gtk-driver xvfb')
  const home = await mkdtemp(join(tmpdir(), 'sluice-webkit-'))
  const children: ChildProcess[] = []
  const end = async () => {
    for (const child of children.toReversed()) await ended(child)
    await rm(home, { recursive: true, maxRetries: 5 })
  }
  try {
    const screen = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    children.push(screen)
    const [display] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer]
    const [port] = await freePorts(1)
    const server = spawn(driver, [`--port=${port}`], {
      env: {
        ...process.env,
        HOME: home,
        DISPLAY: `:${String(display).trim()}`,
        // Its sandbox does not start for root or in a container; only our own page is opened.
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      },
      stdio: 'ignore',
    })
    children.push(server)
    const session = await startSession(server, `http://127.0.0.1:${port}`)
    return {
      ...controlsOf(session),
      async [Symbol.asyncDispose]() {
        // Closes the browser, which the driver leaves behind otherwise.
        await command('DELETE', session).finally(end)
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** The session's address. */
async function startSession(server: ChildProcess, url: string): Promise<string> {
  while (!(await command('GET', `${url}/status`).catch(() => undefined))) {
    if (server.exitCode !== null) throw new Error(`WebKitWebDriver ended with ${server.exitCode}`)
    await sleep(POLL_MS)
  }
  const capabilities = { alwaysMatch: { timeouts: { script: 2 * LOOK_MS } } }
  const { sessionId } = await command<{ sessionId: string }>('POST', `${url}/session`, { capabilities })
  return `${url}/session/${sessionId}`
}

function controlsOf(session: string): { tab: Tab } & Pick<OtherBrowser, 'open' | 'complaints'> {
  const complaints: string[] = []
  const run = <Result>(source: string, argument?: unknown) =>
    command<Result>('POST', `${session}/execute/sync`, {
      script: `return (${onFrames(source)})(arguments[0])`,
      args: [argument ?? null],
    })
  const elementOf = async (look: string, argument?: string) => {
    const found = await run<Record<string, string>>(look, argument)
    return `${session}/element/${found[ELEMENT]}`
  }
  const collect = async () => complaints.push(...(await run<string[]>(String(takeComplaints))))
  const tab: Tab = {
    ask: async (prompt) =>
      command('POST', `${await elementOf(textBox)}/value`, { text: `${prompt}${ENTER}` }),
    click: async (name) => command('POST', `${await elementOf(lastButton, name)}/click`, {}),
    waitFor: (look, argument) => run(String(look), argument),
    async reload() {
      await collect()
      await command('POST', `${session}/refresh`, {})
      await run(String(noteComplaints))
    },
  }
  return {
    tab,
    async open(url) {
      await command('POST', `${session}/url`, { url })
      await run(String(noteComplaints))
    },
    async complaints() {
      await collect()
      return complaints
    },
  }
}

async function command<Result = void>(method: string, url: string, body?: object): Promise<Result> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
  const { value } = (await response.json()) as { value: Result & { error?: string; message?: string } }
  if (!response.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`)
  return value
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill()
  await exited
}

/** In the page, once it is loaded: WebDriver has no access to the console. */
function noteComplaints() {
  const complaints: string[] = []
  for (const level of ['error', 'warn'] as const) {
    console[level] = (...said: unknown[]) => complaints.push(said.map(String).join(' '))
  }
  addEventListener('error', ({ message }) => complaints.push(message))
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)))
  addEventListener('securitypolicyviolation', ({ blockedURI }) => complaints.push(`blocked: ${blockedURI}`))
  Object.assign(window, { takeComplaints: () => complaints.splice(0) })
  return true
}

function takeComplaints() {
  return (window as unknown as { takeComplaints(): string[] }).takeComplaints()
}
