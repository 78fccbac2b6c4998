import { parseArgs } from 'node:util'
import { BEHAVIOUR_KEYS, type Behaviour, describeKey, parseSetting } from './behaviour.ts'
import { startSimulator } from './simulator.ts'

const USAGE = `Usage: claude-sim [--port 8787] [settings]

Answers as the Anthropic Messages API does. Settings apply to requests that do not bring their own:
${BEHAVIOUR_KEYS.map((key) => `  --${key.padEnd(12)} ${describeKey(key)}`).join('\n')}
`

function readArguments(args: readonly string[]) {
  const string = { type: 'string' } as const
  const { values } = parseArgs({
    // `pnpm start -- --port 1` passes its own `--` on.
    args: args[0] === '--' ? args.slice(1) : [...args],
    options: {
      port: { ...string, default: '8787' },
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(BEHAVIOUR_KEYS.map((key) => [key, string])),
    },
  })
  const { port, help, ...rest } = values
  const defaults: Partial<Behaviour> = {}
  for (const [key, value] of Object.entries(rest))
    Object.assign(defaults, parseSetting(key, value, 'options'))
  return { port: Number(port), help: help === true, defaults }
}

try {
  const { help, ...options } = readArguments(process.argv.slice(2))
  if (help) {
    process.stdout.write(USAGE)
  } else {
    const simulator = await startSimulator(options)
    process.stdout.write(
      `The Claude simulator listens on ${simulator.url}\nPoint a client at it:  ANTHROPIC_BASE_URL=${simulator.url} ANTHROPIC_API_KEY=simulated\n`,
    )
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void simulator.close())
    }
  }
} catch (error) {
  process.stderr.write(`claude-sim: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
