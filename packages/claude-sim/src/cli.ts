import { parseArgs } from 'node:util'
import { BEHAVIOUR_KEYS, type Behaviour, describeKey, parseControl } from './behaviour.ts'
import { startSimulator } from './simulator.ts'

const USAGE = `Usage: claude-sim [--port 8787] [--host 127.0.0.1] [defaults]

Answers as the Anthropic Messages API does. What a request does not say itself is taken from:
${BEHAVIOUR_KEYS.map((key) => `  --${key.padEnd(12)} ${describeKey(key)}`).join('\n')}
`

function readArguments(args: readonly string[]) {
  const string = { type: 'string' } as const
  const { values } = parseArgs({
    // `pnpm start -- --port 1` passes its own `--` on.
    args: args[0] === '--' ? args.slice(1) : [...args],
    options: {
      port: { ...string, default: '8787' },
      host: string,
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(BEHAVIOUR_KEYS.map((key) => [key, string])),
    },
  })
  const { port, host, help, ...rest } = values
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`--port ${port} is no port: 0 to 65535`)
  const defaults: Partial<Behaviour> = {}
  for (const [key, value] of Object.entries(rest))
    Object.assign(defaults, parseControl(key, value, 'options'))
  return { port: Number(port), ...(host !== undefined && { host }), help: help === true, defaults }
}

function explain(error: unknown, port: number): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is in use. Choose another with --port, or --port 0 for any free one.`
  }
  return error instanceof Error ? error.message : String(error)
}

function fail(message: string): void {
  process.stderr.write(`claude-sim: ${message}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  let port = 0
  try {
    const { help, ...options } = readArguments(process.argv.slice(2))
    if (help) {
      process.stdout.write(USAGE)
      return
    }
    port = options.port
    const simulator = await startSimulator(options)
    process.stdout.write(
      `The Claude simulator listens on ${simulator.url}\nPoint a client at it:  ANTHROPIC_BASE_URL=${simulator.url} ANTHROPIC_API_KEY=simulated\nWhat it served:        curl ${simulator.url}/_stats\n`,
    )
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void simulator.close())
    }
  } catch (error) {
    fail(explain(error, port))
  }
}

await main()
