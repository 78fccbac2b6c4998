import { type Behaviour, parseInput } from './behaviour.ts'
import { lastPrompt } from './conversation.ts'
import { charsOf } from './cut-deltas.ts'
import { fillSchema } from './fill-schema.ts'
import type { MessagesBody, Tool } from './messages-body.ts'
import { callForNotes } from './notes-call.ts'
import { pick, type Random } from './random.ts'
import { toolLoopOf } from './tool-loop.ts'

export interface ToolCall {
  name: string
  input: unknown
}

/**
 * The calls of tools that answer this request, none for an answer in words: those that the settings ask for, one where
 * the request demands it, or the one that a question about notes needs.
 */
export function chooseCalls(body: MessagesBody, behaviour: Behaviour, random: Random): ToolCall[] {
  const { tools = [], tool_choice } = body
  if (tools.length === 0 || tool_choice?.type === 'none') return []
  const { tool, calls, rounds = 1, fault } = behaviour
  const loop = toolLoopOf(body)
  const isForced = tool_choice?.type === 'any' || tool_choice?.type === 'tool'
  const isAsked = [tool, behaviour.input, calls, behaviour.rounds].some((setting) => setting !== undefined)
  if (!isForced && !isAsked && fault !== 'badtool' && fault !== 'badinput') {
    const call = callForNotes(tools, lastPrompt(body).slice(0, MAX_NOTE_CHARS), { loop, random })
    return call === undefined ? [] : [call]
  }
  if (!isForced && loop.round >= rounds) return []

  const wanted = tool_choice?.type === 'tool' ? tool_choice.name : tool
  const names = wanted?.replaceAll('.', '__').split('+') ?? []
  const inputs = parseInput(behaviour.input ?? '')
  const isSingle = tool_choice?.disable_parallel_tool_use === true
  const count = isSingle ? 1 : (calls ?? Math.max(1, names.length))
  const chars = behaviour.tokens === undefined ? undefined : charsOf(behaviour.tokens)
  return Array.from({ length: count }, (_, index) => {
    const at = loop.round * count + index
    const name = names[at % names.length] ?? pick(random, tools).name
    const schema = tools.find((offered) => offered.name === name)?.input_schema ?? {}
    const filled = inputs?.[at % inputs.length] ?? fillSchema(schema, { random, words: WORDS, chars })
    return {
      name: fault === 'badtool' ? unofferedName(tools) : name,
      input: fault === 'badinput' ? misfit(schema) : filled,
    }
  })
}

/** The search for what a prompt wants is quadratic at worst. */
const MAX_NOTE_CHARS = 10_000
/** What made up strings are made of. */
export const WORDS =
  'barge basin boat bridge canal chamber gate harbour lock paddle pound quay river tide weir'.split(' ')

function unofferedName(tools: readonly Tool[]): string {
  let name = 'no_such_tool'
  while (tools.some((tool) => tool.name === name)) name += '_2'
  return name
}

/** The first field is of another type than the schema says, or the only one that it does not have. */
function misfit({ properties }: Record<string, unknown>): Record<string, unknown> {
  const [[key, field] = ['unexpected', {}]] = Object.entries(properties ?? {})
  return { [key]: JSON.stringify(field).includes('"string"') ? 42 : 'unexpected' }
}
