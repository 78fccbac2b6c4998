import { randomUUID } from 'node:crypto'
import {
  EMPTY_RUN_VIEW,
  MAX_OUTPUT_CHARS,
  reduceRun,
  type RunView,
  textOf,
  type ToolPart,
} from '@sluice/events'
import { expect, onTestFinished, test } from 'vitest'
import type { OwnerOf } from './owner.ts'
import { collect } from './testing/collect.ts'
import { createProbeRouter, PROBE_PATHS, SECRET } from './testing/probe-router.ts'
import { type Question, question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { until } from './testing/until.ts'
import { type Answer, WireClient } from './testing/wire-client.ts'
import { toolsOf } from './tools-of.ts'

/** A server with the probe's tools, and Bob, who asks. */
async function setUp(env: Record<string, string> = {}) {
  const probe = createProbeRouter()
  const byName: OwnerOf = ({ headers }) => String(headers['x-user'])
  const server = await startTestServer(env, {
    ownerOf: byName,
    tools: (options) => toolsOf(probe.probeRouter, PROBE_PATHS, options),
  })
  onTestFinished(() => server.close())
  const clientOf = (name: string) => new WireClient(server.url, { headers: { 'x-user': name } })
  const bob = randomUUID()
  const client = clientOf(bob)
  return {
    ...probe,
    server,
    bob,
    client,
    clientOf,
    /** Asks a question that the simulator answers as the directive says. */
    async ask(directive: string, change: Partial<Question> = {}): Promise<Question> {
      const asked = question({ content: `Do it. [[sim ${directive}]]`, ...change })
      expect(resultOf(await client.call('chat.send', asked))).toMatchObject({ runId: asked.runId })
      return asked
    },
    /** Reads a run to its end. */
    read: async (runId: string) => viewOf(await collect(await client.events({ runId }))),
    decide: (decision: object, by = client) =>
      by.call('tools.decide', { approve: true, runId: randomUUID(), ...decision }),
    requests: () => server.simulator.stats().requests,
    failures: () => server.logs.filter(({ msg }) => msg === 'tool failed'),
  }
}

const viewOf = ({ events }: Awaited<ReturnType<typeof collect>>): RunView =>
  events.reduce(reduceRun, EMPTY_RUN_VIEW)
const callsIn = ({ parts }: RunView) => parts.filter((part): part is ToolPart => part.type === 'tool')
const codeOf = ({ body }: Answer): string => body.error?.data.code ?? 'OK'
function resultOf({ body }: Answer) {
  expect(body.error).toBeUndefined()
  return body.result.data
}

test('Claude calls a query, is told its result, and answers', async () => {
  const { ask, read, requests, calls, bob } = await setUp()
  const { runId } = await ask(`tool=probe.find input='{"name":"locks"}'`)
  const view = await read(runId)
  expect(view).toMatchObject({ status: 'done', stopReason: 'end_turn' })
  const [call] = callsIn(view)
  const output = '{"found":"about locks"}'
  expect(callsIn(view)).toEqual([
    {
      type: 'tool',
      callId: expect.any(String),
      name: 'probe.find',
      by: 'server',
      input: '{"name":"locks"}',
      state: 'done',
      output,
    },
  ])
  expect(calls).toEqual([
    { path: 'probe.find', input: { name: 'locks' }, owner: bob, toolCall: { runId, callId: call?.callId } },
  ])
  const [first, second] = requests()
  expect(requests().length).toBe(2)
  expect(first?.tools).toEqual(PROBE_PATHS.map((path) => path.replace('.', '__')))
  expect(second?.toolResults).toMatchObject([{ name: 'probe__find', isError: false, text: output }])
  expect(view.parts.at(-1)).toEqual({ type: 'text', text: second?.text })
})

test('calls in parallel are executed once each, and one that fails does not stop the others', async () => {
  const { ask, read, requests, calls, failures } = await setUp()
  const { runId } = await ask(
    `tool=probe.find+probe.fail+probe.find+probe.forbid+probe.bigint+probe.nothing input='[{"name":"a"},{},{"name":"b"},{},{},{}]'`,
  )
  const view = await read(runId)
  const outputs = [
    ['done', '{"found":"about a"}'],
    ['failed', 'Something went wrong on our side.'],
    ['done', '{"found":"about b"}'],
    ['failed', 'This is not yours.'],
    ['failed', 'The call was made, but its result cannot be written as JSON.'],
    ['done', 'null'],
  ]
  expect(callsIn(view).map(({ state, output }) => [state, output])).toEqual(outputs)
  // Claude is told what the person is.
  expect(requests()[1]?.toolResults.map(({ isError, text }) => [isError ? 'failed' : 'done', text])).toEqual(
    outputs,
  )
  expect(calls.map(({ input }) => input)).toEqual([{ name: 'a' }, { name: 'b' }])
  const ids = callsIn(view).map(({ callId }) => callId)
  expect(failures()).toMatchObject([
    { path: 'probe.fail', runId, callId: ids[1], err: { message: SECRET } },
    { path: 'probe.bigint', runId, callId: ids[4] },
  ])
  expect(view).toMatchObject({ status: 'done', stopReason: 'end_turn' })
})

test.each([
  ['probe.unlisted', 'probe__unlisted'],
  ['chat.send', 'chat__send'],
  ['constructor', 'constructor'],
])('Claude cannot call what is not listed: %s', async (path, name) => {
  const { ask, read, requests, calls } = await setUp()
  const view = await read((await ask(`tool=${path} input='{"name":"a"}'`)).runId)
  expect(callsIn(view)).toMatchObject([{ name, state: 'failed', output: `There is no tool ${name}.` }])
  expect(requests()[1]?.toolResults).toMatchObject([{ isError: true, text: `There is no tool ${name}.` }])
  expect(view).toMatchObject({ status: 'done', stopReason: 'end_turn' })
  expect(calls).toEqual([])
})

test('an input that does not fit goes back to Claude with the field, and the corrected one is executed', async () => {
  const { ask, read, requests, calls } = await setUp()
  const { runId } = await ask(`tool=probe.find calls=1 rounds=2 input='[{"name":5},{"name":"five"}]'`)
  const view = await read(runId)
  const refusal = '✖ Invalid input: expected string, received number\n  → at name'
  expect(callsIn(view).map(({ output }) => output)).toEqual([refusal, '{"found":"about five"}'])
  expect(requests()[1]?.toolResults).toMatchObject([{ isError: true, text: refusal }])
  expect(calls.map(({ input }) => input)).toEqual([{ name: 'five' }])
})

test('every round is a request to Claude with all that was said before, and every call is executed once', async () => {
  const { ask, read, requests, calls } = await setUp()
  const inputs = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name }))
  const { runId } = await ask(`tool=probe.find calls=2 rounds=3 input='${JSON.stringify(inputs)}'`)
  const view = await read(runId)
  expect(requests().map(({ round }) => round)).toEqual([0, 1, 2, 3])
  // Those of a round run in parallel.
  const names = calls.map(({ input }) => (input as { name: string }).name).toSorted()
  expect(names).toEqual(inputs.map(({ name }) => name))
  expect(new Set(calls.map(({ toolCall }) => toolCall?.callId)).size).toBe(6)
  expect(view.steps.length).toBe(4)
  expect(textOf(view)).toBe(
    requests()
      .flatMap(({ text }) => (text === '' ? [] : [text]))
      .join('\n\n'),
  )
})

test('a long result is cut for Claude and for the person alike', async () => {
  const { ask, read, requests } = await setUp()
  const [call] = callsIn(await read((await ask('tool=probe.huge')).runId))
  expect(call?.output?.length).toBeLessThanOrEqual(MAX_OUTPUT_CHARS)
  expect(call?.output).toMatch(/xx\n\[Cut here: \d+ of 50000002 characters\.\]$/)
  expect(requests()[1]?.toolResults).toMatchObject([{ isError: false, text: call?.output }])
})

test('a tool that hangs is given up after its time, and the answer goes on', async () => {
  const { ask, read, requests, signals, failures } = await setUp({ TOOL_MAX_MS: '50' })
  const { runId } = await ask('tool=probe.hang')
  const view = await read(runId)
  const output = 'probe.hang did not answer within 0.05 s. It may have happened.'
  expect(callsIn(view)).toMatchObject([{ state: 'failed', output }])
  expect(requests()[1]?.toolResults).toMatchObject([{ isError: true, text: output }])
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(failures()).toMatchObject([{ path: 'probe.hang', runId, callId: callsIn(view)[0]?.callId }])
  expect(view).toMatchObject({ status: 'done', stopReason: 'end_turn' })
})

test.each(['probe.hang', 'probe.wait'])('Stop ends a tool that does not answer: %s', async (path) => {
  const { ask, read, client, requests, calls, signals, failures } = await setUp()
  const asked = await ask(`tool=${path}`)
  const { runId } = asked
  await until(() => calls.length === 1)
  resultOf(await client.call('runs.stop', { runId }))
  const view = await read(runId)
  expect(view).toMatchObject({ status: 'done', stopReason: 'stopped' })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(requests().length).toBe(1)
  expect(failures()).toEqual([])
  // The simulator refuses a history in which a call has no result.
  const next = await ask('tokens=5', { conversationId: asked.conversationId, parentId: runId })
  expect(await read(next.runId)).toMatchObject({ status: 'done', stopReason: 'end_turn' })
  expect(calls.length).toBe(1)
})

test('a mutation waits for its person, and the decision executes the input that the server has, once', async () => {
  const { ask, read, decide, requests, calls, bob } = await setUp()
  const { runId } = await ask(`tool=probe.add input='{"name":"milk"}'`)
  const waiting = await read(runId)
  expect(waiting).toMatchObject({ status: 'done', stopReason: 'approval' })
  const [call] = callsIn(waiting)
  expect(call).toMatchObject({ name: 'probe.add', state: 'waiting', input: '{"name":"milk"}' })
  expect(calls).toEqual([])
  const { callId = '' } = call ?? {}
  const nextId = randomUUID()
  // From all tabs at once, and later again.
  const answers = await Promise.all([nextId, nextId, randomUUID()].map((id) => decide({ callId, runId: id })))
  const [{ runId: started }] = answers.map(resultOf)
  for (const answer of answers) expect(resultOf(answer)).toEqual({ runId: started })
  expect(await read(started)).toMatchObject({ status: 'done', stopReason: 'end_turn' })
  expect(resultOf(await decide({ callId }))).toEqual({ runId: started })
  expect(calls).toEqual([
    {
      path: 'probe.add',
      input: { name: 'milk', tags: [] },
      owner: bob,
      toolCall: { runId: expect.any(String), callId },
    },
  ])
  expect(requests()[1]?.toolResults).toMatchObject([{ isError: false, text: '{"count":1}' }])
  expect(requests().length).toBe(2)
  const otherwise = await decide({ callId, approve: false })
  expect([otherwise.status, codeOf(otherwise)]).toEqual([409, 'CONFLICT'])
})

test('a call that is denied is not executed, and Claude is told so', async () => {
  const { ask, read, decide, requests, calls } = await setUp()
  const { runId } = await ask(`tool=probe.add input='{"name":"milk"}'`)
  const [call] = callsIn(await read(runId))
  const next = resultOf(await decide({ callId: call?.callId, approve: false }))
  const view = await read(next.runId)
  expect(view).toMatchObject({ status: 'done', stopReason: 'end_turn' })
  expect(requests()[1]?.toolResults).toMatchObject([{ isError: true }])
  expect(codeOf(await decide({ callId: call?.callId }))).toBe('CONFLICT')
  expect(calls).toEqual([])
})

test('somebody else’s call, and one that does not exist, cannot be decided', async () => {
  const { ask, read, decide, clientOf, requests, calls } = await setUp()
  const { runId } = await ask(`tool=probe.add input='{"name":"milk"}'`)
  const [call] = callsIn(await read(runId))
  const eve = clientOf(randomUUID())
  const foreign = await decide({ callId: call?.callId }, eve)
  expect([foreign.status, codeOf(foreign)]).toEqual([404, 'NOT_FOUND'])
  expect((await decide({ callId: randomUUID() })).body).toEqual(foreign.body)
  expect(requests().length).toBe(1)
  expect(calls).toEqual([])
})

test('a decision that comes too late, too early, or was never asked for is refused', async () => {
  const { ask, read, client, decide, requests, calls } = await setUp()
  const asked = await ask(`tool=probe.add+probe.find input='{"name":"milk"}'`)
  const [waiting, executed] = callsIn(await read(asked.runId))
  expect(codeOf(await decide({ callId: executed?.callId }))).toBe('CONFLICT')
  // The conversation goes on without it.
  const next = await ask(`tool=probe.find+probe.hang input='[{"name":"a"},{}]'`, {
    conversationId: asked.conversationId,
    parentId: asked.runId,
  })
  expect(codeOf(await decide({ callId: waiting?.callId }))).toBe('CONFLICT')
  const soFar = await collect(await client.events({ runId: next.runId }), {
    enough: (events) => callsIn(viewOf(events))[0]?.state === 'done',
  })
  const [found] = callsIn(viewOf(soFar))
  await until(() => calls.length === 3)
  // While the answer is written, and after it.
  expect(codeOf(await decide({ callId: found?.callId }))).toBe('CONFLICT')
  resultOf(await client.call('runs.stop', { runId: next.runId }))
  await read(next.runId)
  for (const { callId } of callsIn(viewOf(soFar))) expect(codeOf(await decide({ callId }))).toBe('CONFLICT')
  expect(calls.map(({ path }) => path)).not.toContain('probe.add')
  expect(calls.length).toBe(3)
  expect(requests().length).toBe(2)
})

test('a page cannot bring a result, an input or a call: it is refused, and nothing is executed', async () => {
  const { ask, read, client, decide, requests, calls } = await setUp()
  const asked = await ask(`tool=probe.add input='{"name":"milk"}'`)
  const [call] = callsIn(await read(asked.runId))
  const { callId = '' } = call ?? {}
  const result = { type: 'tool_result', tool_use_id: callId, content: '{"count":7}' }
  const use = { type: 'tool_use', id: callId, name: 'probe__add', input: { name: 'eggs' } }
  const follow = () => question({ conversationId: asked.conversationId, parentId: asked.runId })
  const refused = [
    await client.call('chat.send', { ...follow(), content: [result] }),
    await client.call('chat.send', { ...follow(), content: [use] }),
    await client.call('chat.send', { ...follow(), toolResults: [result] }),
    await client.call('chat.send', { ...follow(), tools: [{ name: 'probe__unlisted' }] }),
    await decide({ callId, output: '{"count":7}' }),
    await decide({ callId, input: { name: 'eggs' } }),
    await decide({ callId, ok: true }),
    await decide({ callId, name: 'probe__unlisted' }),
    await decide({ callId, approve: 'yes' }),
    await decide({ callId: 'x' }),
  ]
  expect(refused.map((answer) => [answer.status, codeOf(answer)])).toEqual(
    refused.map(() => [400, 'BAD_REQUEST']),
  )
  expect(requests().length).toBe(1)
  expect(calls).toEqual([])
  // It still waits.
  resultOf(await decide({ callId }))
})

test('the procedure decides what the owner may do', async () => {
  const { ask, read, requests } = await setUp()
  const view = await read((await ask('tool=probe.mine')).runId)
  expect(callsIn(view)).toMatchObject([{ state: 'failed', output: 'This is for Alice.' }])
  expect(requests()[1]?.toolResults).toMatchObject([{ isError: true, text: 'This is for Alice.' }])
})
