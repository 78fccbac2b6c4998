import { createHash } from 'node:crypto'
import { z } from 'zod'
import { keys } from './keys.ts'

type Send = (...args: readonly string[]) => Promise<unknown>

interface Script {
  readonly source: string
  readonly sha: string
}

/**
 * KEYS: run, log. ARGV: instance, start, owner, ttl, '1' with the terminal event, then position and JSON of each piece.
 * Returns { code, end, stop }: `ok`; `at`: the log stands at `end`, and nothing was added; `fenced`: another instance
 * has taken the run away.
 */
const APPEND = script(`
local run = redis.call('HMGET', KEYS[1], 'instance', 'end', 'stop')
local stands = tonumber(run[2] or '0')
local stop = run[3] and 1 or 0
if run[1] and run[1] ~= ARGV[1] then return {'fenced', stands, stop} end
if stands ~= tonumber(ARGV[2]) then return {'at', stands, stop} end
for i = 6, #ARGV, 2 do
  redis.call('XADD', KEYS[2], ARGV[i] .. '-0', 'e', ARGV[i + 1])
  stands = tonumber(ARGV[i])
end
redis.call('HSET', KEYS[1], 'instance', ARGV[1], 'owner', ARGV[3], 'end', stands)
if not run[1] or ARGV[2] == '0' or ARGV[5] == '1' then
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
return {'ok', stands, stop}`)

/** Few bytes that a full Redis takes as well: who is alive, and what has to stop, must not depend on space. */
const WHEN_FULL_TOO = '#!lua flags=allow-oom'

/** KEYS: run. ARGV: field, value. Sets a field of a run that is there. */
const MARK = script(`${WHEN_FULL_TOO}
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1`)

/**
 * KEYS: run. ARGV: instance, ttl. Takes a run away from an instance that is dead. Also one that Redis has lost, or the
 * instance could begin it again.
 */
const SEAL = script(`${WHEN_FULL_TOO}
local instance = redis.call('HGET', KEYS[1], 'instance')
if not instance or instance == ARGV[1] then redis.call('HSET', KEYS[1], 'instance', '') end
if not instance then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`)

/** KEYS: beats. ARGV: instance, beat. Returns the beats of all instances: name, beat, name, beat, … */
const BEAT = script(`${WHEN_FULL_TOO}
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HGETALL', KEYS[1])`)

export interface Append {
  readonly runId: string
  readonly instance: string
  readonly owner: string
  /** The position at which the log should stand. */
  readonly start: number
  /** How long to keep the run after this, in ms. It counts from the first append, and again from the last. */
  readonly ttlMs: number
  readonly isLast: boolean
  /** JSON of an event, with the position after it. */
  readonly pieces: readonly { readonly position: number; readonly json: string }[]
}

const AppendedSchema = z.tuple([
  z.enum(['ok', 'at', 'fenced']),
  z.number(),
  z.union([z.literal(0), z.literal(1)]),
])
type Appended = z.infer<typeof AppendedSchema>

export async function append(send: Send, options: Append): Promise<Appended> {
  const { runId, instance, owner, start, ttlMs, isLast, pieces } = options
  const args = [instance, String(start), owner, String(ttlMs), isLast ? '1' : '0']
  for (const { position, json } of pieces) args.push(String(position), json)
  return AppendedSchema.parse(await run(send, APPEND, [keys.run(runId), keys.log(runId)], args))
}

const BeatsSchema = z.array(z.string())

/** Stores a beat. @returns the beats of all instances, by their names. */
export async function beat(send: Send, instance: string, count: number): Promise<Map<string, string>> {
  const beats = BeatsSchema.parse(await run(send, BEAT, [keys.beats], [instance, String(count)]))
  return new Map(beats.flatMap((name, i) => (i % 2 === 0 ? [[name, beats[i + 1] ?? '']] : [])))
}

export async function noteStop(send: Send, runId: string): Promise<void> {
  await run(send, MARK, [keys.run(runId)], ['stop', '1'])
}

export async function seal(
  send: Send,
  { runId, dead, ttlMs }: { runId: string; dead: string; ttlMs: number },
): Promise<void> {
  await run(send, SEAL, [keys.run(runId)], [dead, String(ttlMs)])
}

async function run(
  send: Send,
  { source, sha }: Script,
  names: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  const rest = [String(names.length), ...names, ...args]
  try {
    return await send('EVALSHA', sha, ...rest)
  } catch (error) {
    // Redis forgets its scripts when it is restarted.
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return send('EVAL', source, ...rest)
    throw error
  }
}

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}
