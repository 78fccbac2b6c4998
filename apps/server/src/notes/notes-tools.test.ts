import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { appTools } from '../app-tools.ts'
import { collect } from '../testing/collect.ts'
import { question } from '../testing/question.ts'
import { startTestServer } from '../testing/start-test-server.ts'

async function setUp() {
  const server = await startTestServer({}, { tools: appTools })
  onTestFinished(() => server.close())
  const client = await server.client()
  const read = async (runId: string) => collect(await client.events({ runId }))
  return {
    server,
    client,
    read,
    /** Asks Claude, and reads its answer. */
    async ask(content: string) {
      const { runId } = question()
      expect((await client.call('chat.send', question({ content, runId }))).status).toBe(200)
      return read(runId)
    },
    async notes(): Promise<{ id: string; title: string; excerpt: string }[]> {
      return (await client.query('notes.list')).body.result.data.notes
    },
  }
}

test('Claude has the procedures of notes as tools, and those that change something ask', () => {
  const { definitions, asksFirst, nameOf } = appTools({})
  const notes = definitions.map(({ name }) => name).filter((name) => name.startsWith('notes__'))
  expect(notes.length).toBe(6)
  expect(notes.filter(asksFirst).map(nameOf)).toEqual(['notes.add', 'notes.update', 'notes.remove'])
})

test('Claude finds notes at once, and adds and changes one after a yes, each once', async () => {
  const { ask, client, read, notes } = await setUp()
  const allow = async ({ events }: Awaited<ReturnType<typeof read>>) => {
    const waiting = events.find((event) => event.type === 'tool_state' && event.state === 'waiting')
    const callId = waiting?.type === 'tool_state' ? waiting.callId : ''
    const answer = await client.call('tools.decide', { callId, approve: true, runId: randomUUID() })
    expect(answer.status).toBe(200)
    return read(answer.body.result.data.runId)
  }
  const added = await ask('Add a note: Locks: two gates')
  expect(added.terminal).toMatchObject({ type: 'done', stopReason: 'approval' })
  expect(await notes()).toEqual([])
  expect((await allow(added)).terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  const [note] = await notes()
  expect(note).toMatchObject({ title: 'Locks', excerpt: 'two gates' })

  const found = await ask('Find notes about locks')
  expect(found.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  const result = found.events.find((event) => event.type === 'tool_result')
  expect(result).toMatchObject({ ok: true, output: expect.stringContaining('two gates') })

  const changed = await ask('Change the note about locks to three gates')
  expect(changed.terminal).toMatchObject({ type: 'done', stopReason: 'approval' })
  expect((await allow(changed)).terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  expect(await notes()).toMatchObject([{ id: note?.id, excerpt: 'three gates' }])
})
