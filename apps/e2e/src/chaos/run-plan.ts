import type { Random } from '../random.ts'

/**
 * What the visitor does once the answer has reached a position; at 0, before the server has confirmed the run.
 * A visitor who vanishes loses the network first and then the page.
 */
interface Action {
  readonly at: number
  readonly what: 'stop' | 'close' | 'vanish' | 'reload' | 'reload-from-nothing' | 'second-tab'
}

/** One question: how Claude answers it, and what the visitor does meanwhile. */
export interface RunPlan {
  /** Part of the prompt, to find the request upstream. */
  readonly name: string
  /** A directive to the simulator. */
  readonly directive: string
  readonly actions: readonly Action[]
}

/** Each run draws from a random stream of its own, so its plan does not depend on the order of runs. */
export function drawRunPlan(random: Random, name: string): RunPlan {
  const tokens = random.chance(0.1) ? random.int(1, 20) : random.int(100, 2400)
  // A few seconds at most, so that hundreds of runs end.
  const tps = random.weighted([
    [5, 0],
    [20, Math.max(60, Math.round(tokens / (1 + 7 * random.next())))],
  ])
  const text = random.pick(['markdown', 'lorem', 'emoji'])
  const pace = `tokens=${tokens} tps=${tps} ttft=${random.spread(0, 600)} ping=500 text=${text} seed=${name}`
  const thinking = random.chance(0.5) ? '' : ' thinking=0'
  return { name, directive: `${pace}${thinking}${drawFault(random)}`, actions: drawActions(random) }
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

function drawActions(random: Random): Action[] {
  const at = () => random.int(0, 5000)
  const reload = () => random.pick(['reload', 'reload-from-nothing'] as const)
  return random.weighted<() => Action[]>([
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
