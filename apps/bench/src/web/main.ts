import { type Peer, startBench } from './bench.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { measurePaint } from './paint.ts'
import { reopen } from './reopen.ts'
import { lines, machine, table } from './report.ts'
import type { Figures } from './stream.ts'

const TEXTS = ['references', 'fence', 'list', 'table', 'paragraph'] as const
/** Faster than any model writes. */
const FAST_TPS = 2000

async function run({ tokens, tps, parts, quick, against }: Options): Promise<void> {
  const has = (part: Options['parts'][number]) => parts.includes(part)
  if (has('paint')) {
    say(`Token to paint; ${machine()}\n\n${await measurePaint({ quick, against })}\n`)
    if (parts.length === 1) return
  }
  await using bench = await startBench()
  say(`${tokens} tokens at ${tps} a second; ${machine()}\n`)

  if (has('peers')) {
    const columns: Record<string, Figures> = { sluice: await bench.sluice({ tokens, tps, keys: true }) }
    for (const name of ['streamdown', 'react-markdown'] satisfies Peer[]) {
      columns[name] = await bench.peer(name, { tokens, tps, keys: true })
    }
    say(`${table(columns)}\n`)
  }
  if (has('throttled')) {
    const columns: Record<string, Figures> = {
      'sluice, CPU 4x slower': await bench.sluice({ tokens, tps, slow: 4 }),
    }
    columns['streamdown, CPU 4x slower'] = await bench.peer('streamdown', { tokens, tps, slow: 4 })
    say(`${table(columns)}\n`)
  }
  if (has('blocks')) {
    for (const [slow, pace] of [
      [1, FAST_TPS],
      [4, tps],
    ] as const) {
      const columns: Record<string, Figures> = {}
      for (const text of TEXTS) columns[text] = await bench.sluice({ tokens, tps: pace, text, slow })
      say(`${pace} tokens a second, CPU ${slow}x slower\n\n${table(columns)}\n`)
    }
  }
  const rows: string[][] = []
  if (has('burst')) {
    const { longTasks, longestTaskMs, seconds } = await bench.sluice({ tokens, tps: 0, slow: 4 })
    rows.push(['burst at full speed', String(longTasks), longestTaskMs.toFixed(0), seconds.toFixed(1)])
  }
  if (has('reopen')) {
    const { longTasks, longestTaskMs, seconds } = await reopen(bench, { tokens, slow: 4 })
    rows.push(['a stored conversation', String(longTasks), longestTaskMs.toFixed(0), seconds.toFixed(1)])
  }
  if (rows.length > 0) {
    say(
      lines([
        ['CPU 4x slower', 'tasks over 50 ms', 'longest, ms', 'seconds'],
        ['---', '---:', '---:', '---:'],
        ...rows,
      ]),
    )
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

const options = readOptions(process.argv.slice(2))
if (options === 'help') say(USAGE)
else await run(options)
