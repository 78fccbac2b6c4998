import { randomUUID } from 'node:crypto'
import { type Collected, collect, question, WireClient } from '@sluice/server/testing'
import type { Random } from '../random.ts'

export interface Visitor {
  /** Asks one short question, then at random reads, leaves, reconnects or stops. */
  ask(): Promise<void>
}

/** A new session that behaves like a visitor on a bad network. @throws when an answer has no end. */
export function createVisitor(url: string, random: Random): Visitor {
  const client = new WireClient(url)
  let known = false

  async function read(runId: string, after: number, enough?: (soFar: Collected) => boolean) {
    const readerId = randomUUID()
    const connection = await client.events({ runId, readerId, ...(after > 0 && { header: String(after) }) })
    const part = await collect(connection, { after, ...(enough && { enough }) })
    connection.destroy()
    return part
  }

  return {
    async ask() {
      if (!known) await client.query('models.list')
      known = true
      const runId = randomUUID()
      const tokens = random.int(20, 120)
      const content = `soak ${runId} [[sim tokens=${tokens} tps=${random.pick([0, 2000])}]]`
      const { status } = await client.call('chat.send', question({ runId, content }))
      if (status !== 200) throw new Error(`chat.send: ${status}`)
      const kind = random.weighted([
        [4, 'stays'],
        [4, 'reconnects'],
        [2, 'leaves'],
        [1, 'stops'],
        [1, 'never reads'],
      ] as const)
      if (kind === 'never reads') return
      const until = random.int(1, 200)
      const part = await read(runId, 0, kind === 'stays' ? undefined : ({ position }) => position >= until)
      if (part.terminal || kind === 'leaves') return
      if (kind === 'stops') await client.call('runs.stop', { runId })
      const rest = await read(runId, part.position)
      if (!rest.terminal) throw new Error(`a run without an end: ${JSON.stringify({ kind, part, rest })}`)
    },
  }
}
