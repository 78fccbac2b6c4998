import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const PARTS = ['peers', 'throttled', 'blocks', 'burst', 'reopen', 'paint'] as const
type Part = (typeof PARTS)[number]

export interface Options {
  readonly tokens: number
  readonly tps: number
  readonly parts: readonly Part[]
  readonly quick: boolean
  /** Another checkout, built, whose time to paint is measured too. */
  readonly against: string | undefined
}

export const USAGE = `pnpm bench:web [options]
  --quick          8,000 tokens instead of 64,000, paint in a quarter of the time: to see that it works
  --tokens <n>     tokens of the answer, default 64000
  --tps <n>        tokens a second, default 300; paint takes 80 and 300
  --only <a,b>     of: ${PARTS.join(', ')}
  --against <dir>  paint: another checkout of this repository, built, to compare with
`

/** @throws with a message to print. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      quick: { type: 'boolean', default: false },
      tokens: { type: 'string' },
      tps: { type: 'string', default: '300' },
      only: { type: 'string', default: PARTS.join() },
      against: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const wanted = new Set(values.only.split(','))
  for (const name of wanted) {
    if (!PARTS.some((part) => part === name)) throw new Error(`--only ${name}: expected ${PARTS.join(', ')}`)
  }
  const against = values.against === undefined ? undefined : resolve(values.against)
  for (const built of ['apps/server/dist/main.js', 'apps/web/dist/index.html']) {
    if (against !== undefined && !existsSync(resolve(against, built)))
      throw new Error(`--against: there is no ${built} in ${against}; build it first`)
  }
  return {
    tokens: Number(values.tokens ?? (values.quick ? 8000 : 64_000)),
    tps: Number(values.tps),
    parts: PARTS.filter((part) => wanted.has(part)),
    quick: values.quick,
    against,
  }
}
