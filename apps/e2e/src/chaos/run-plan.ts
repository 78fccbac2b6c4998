import type { Random } from '../random.ts'

/**
 * What somebody at the page does, once the answer has come so far; at 0, before the server has confirmed it.
 * Who vanishes loses the network, and then the page.
 */
interface Act {
  readonly at: number
  readonly what: 'stop' | 'close' | 'vanish' | 'reload' | 'reload-from-nothing' | 'second-tab'
}

/** One question: how Claude will answer it, and what the person who asked does meanwhile. */
export interface RunPlan {
  /** Stands in the prompt, so that the request upstream can be found. */
  readonly name: string
  /** In the grammar of the simulator. */
  readonly directive: string
  readonly acts: readonly Act[]
}

/** Draws a run's plan from a stream of its own, so that it does not depend on which run began first. */
export function drawRunPlan(random: Random, name: string): RunPlan {
  const tokens = random.chance(0.1) ? random.int(1, 20) : random.int(100, 2400)
  // A few seconds at most, so that a storm of hundreds ends.
  const tps = random.weighted([
    [5, 0],
    [20, Math.max(60, Math.round(tokens / (1 + 7 * random.next())))],
  ])
  const text = random.pick(['markdown', 'lorem', 'emoji'])
  const pace = `tokens=${tokens} tps=${tps} ttft=${random.spread(0, 600)} ping=500 text=${text} seed=${name}`
  const thinking = random.chance(0.5) ? '' : ' thinking=0'
  return { name, directive: `${pace}${thinking}${drawFault(random)}`, acts: drawActs(random) }
}

function drawFault(random: Random): string {
  const at = () => random.int(0, 600)
  return random.weighted<() => string>([
    [60, () => ''],
    [5, () => ` fault=status code=${random.pick([429, 500, 503, 529])} times=1`],
    [3, () => ` fault=status code=${random.pick([400, 401, 429, 529])}`],
    [4, () => ` fault=error@${at()}`],
    [6, () => ` fault=reset@${at()}`],
    [4, () => ` fault=${random.pick(['drop', 'eof', 'half', 'badjson'])}@${at()}`],
    [4, () => ` fault=stall@${at()}`],
    [2, () => ` fault=stall-pings@${at()}`],
    [3, () => ` fault=${random.pick(['hang', 'html', 'json', 'empty', 'unterminated'])}`],
    [3, () => ` fault=${random.pick(['refusal', 'max_tokens'])}@${at()}`],
    [6, () => ` fault=${random.pick(['bytes', 'unknown', 'reorder'])}`],
  ])()
}

function drawActs(random: Random): Act[] {
  const at = () => random.int(0, 5000)
  const reload = () => random.pick(['reload', 'reload-from-nothing'] as const)
  return random.weighted<() => Act[]>([
    [40, () => []],
    [15, () => [{ at: at(), what: 'stop' }]],
    [12, () => [{ at: at(), what: 'close' }]],
    [5, () => [{ at: 0, what: random.pick(['stop', 'close', 'reload'] as const) }]],
    [12, () => [{ at: at(), what: reload() }]],
    [6, () => [{ at: at(), what: 'vanish' }]],
    [8, () => [{ at: at(), what: 'second-tab' }]],
    [
      8,
      () => [
        { at: at(), what: reload() },
        { at: at(), what: random.pick(['stop', 'close', 'reload'] as const) },
      ],
    ],
  ])()
}
