import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PEER_NAMES, type PeerName } from './peers/peer-name.ts'
import type { TokensPerDelta } from './upstream/wire.ts'

export const MEASURE_NAMES = [
  'paced',
  'latency',
  'first-token',
  'length',
  'streams',
  'memory',
  'stalled',
  'disconnect',
  'vanished',
] as const
export type MeasureName = (typeof MEASURE_NAMES)[number]

export interface Options {
  readonly quick: boolean
  readonly measures: readonly MeasureName[]
  readonly peers: readonly PeerName[]
  readonly tokensPerDelta: TokensPerDelta
  readonly sluiceMain: string
  readonly profileDir: string | undefined
}

/** The search for the most streams takes minutes. */
const QUICK_NAMES = MEASURE_NAMES.filter((name) => name !== 'streams')

/** The built server of this checkout. */
export const SLUICE_MAIN = resolve(import.meta.dirname, '../../server/dist/main.js')

export const USAGE = `pnpm bench [options]
  --quick             one short round, without the search for the most streams; figures are rough
  --only <a,b>        of: ${MEASURE_NAMES.join(', ')}
  --peers <a,b>       of: ${PEER_NAMES.join(', ')}; raw is always among them
  --delta-tokens <n>  tokens in one upstream event: 2, as on the real wire (default), or 1
  --server <file>     the built server to measure, instead of apps/server/dist/main.js
  --cpu-prof <dir>    write a CPU profile of every server there; figures then cost more
`

/** @throws with a message to print. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    // pnpm passes its own `--` on.
    args: args[0] === '--' ? args.slice(1) : [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      peers: { type: 'string', default: PEER_NAMES.join() },
      'delta-tokens': { type: 'string', default: '2' },
      server: { type: 'string', default: SLUICE_MAIN },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const deltaTokens = values['delta-tokens']
  if (deltaTokens !== '1' && deltaTokens !== '2') throw new Error('--delta-tokens is 1 or 2')
  const profileDir = values['cpu-prof']
  return {
    quick: values.quick,
    measures: someOf(
      MEASURE_NAMES,
      values.only ?? (values.quick ? QUICK_NAMES : MEASURE_NAMES).join(),
      '--only',
    ),
    peers: someOf(PEER_NAMES, `raw,${values.peers}`, '--peers'),
    tokensPerDelta: deltaTokens === '1' ? 1 : 2,
    sluiceMain: resolve(values.server),
    profileDir: profileDir === undefined ? undefined : resolve(profileDir),
  }
}

function someOf<Name extends string>(known: readonly Name[], list: string, option: string): Name[] {
  const wanted = new Set(list.split(','))
  for (const name of wanted) {
    if (!known.some((one) => one === name)) throw new Error(`${option} ${name}: expected ${known.join(', ')}`)
  }
  return known.filter((name) => wanted.has(name))
}
