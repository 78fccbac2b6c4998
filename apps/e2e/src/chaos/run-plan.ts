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
  /** How the visitor decides about calls of tools that ask. Undefined: not at all. */
  readonly decide?: 'all yes' | 'some yes' | undefined
  /** Whether the answer is structured output: notes. Default: text. */
  readonly drafts?: boolean
}

/** Each run draws from its own random sequence, so its plan does not depend on the order of runs. */
export function drawRunPlan(random: Random, name: string): RunPlan {
  const tokens = random.chance(0.1) ? random.int(1, 20) : random.int(100, 2400)
  // A few seconds at most, so that hundreds of runs end.
  const tps = random.weighted([
    [5, 0],
    [20, Math.max(60, Math.round(tokens / (1 + 7 * random.next())))],
  ])
  const text = random.pick(['markdown', 'lorem', 'emoji'])
  const stream = `tokens=${tokens} tps=${tps} ttft=${random.spread(0, 600)} ping=500 text=${text}`
  const thinking = random.chance(0.5) ? '' : ' thinking=0'
  const directive = `${stream}${thinking}${drawFault(random)}`
  return { name, directive, actions: drawActions(random), drafts: random.chance(0.25) }
}

/**
 * A question that Claude answers in several steps, with calls of `testTools` in between. Sometimes it searches the web
 * first.
 */
export function drawToolPlan(random: Random, name: string): RunPlan {
  const rounds = random.int(1, 4)
  const calls = random.int(1, 3)
  const all = Array.from({ length: rounds * calls }, () => drawCall(random))
  const tools = `tool=${all.map(({ tool }) => tool).join('+')} calls=${calls} rounds=${rounds}`
  const inputs = `input='${JSON.stringify(all.map(({ input }) => input))}'`
  const stream = `tokens=${random.int(1, 500)} tps=${random.pick([0, 100, 300])} ttft=${random.spread(0, 300)} ping=500`
  const thinking = ` thinking=${random.pick([0, 0, 20])}`
  const fault = `${drawFault(random, { lastDelta: 60, withTools: true })} round=${random.int(0, rounds)}`
  const web = random.chance(0.3) ? ` search=${random.int(1, 3)} fetch=${random.int(1, 2)}` : ''
  return {
    name,
    directive: `${tools} ${inputs} ${stream}${thinking}${web}${fault.startsWith(' fault') ? fault : ''}`,
    actions: drawActions(random),
    decide: random.weighted([
      [6, 'all yes'],
      [3, 'some yes'],
      [1, undefined],
    ]),
  }
}

function drawCall(random: Random): { tool: string; input: object } {
  const tool = random.weighted([
    [4, 'work.look'],
    [3, 'work.add'],
    [3, 'work.change'],
  ])
  const text = 'gräben 😀 '.repeat(random.spread(0, 60))
  const ms = random.pick([0, 20, 200, 1000])
  return { tool, input: { text, ms, ...(random.chance(0.15) && { fails: true }) } }
}

function drawFault(random: Random, { lastDelta = 600, withTools = false } = {}): string {
  const at = () => random.int(0, lastDelta)
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
    [withTools ? 8 : 0, () => ` fault=${random.pick(['badtool', 'badinput'])}`],
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
