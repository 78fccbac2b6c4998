import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { text as everything } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ConnectionPlan } from './connection-plan.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

const ANSWER = Buffer.from('the answer, which is long enough to be cut in the middle of it')

let accepted: Socket[]
let server: ReturnType<typeof createServer>
let target: string
let proxy: FaultProxy

beforeEach(async () => {
  accepted = []
  server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket)
    socket.on('error', () => {})
    socket.once('data', () => socket.write(ANSWER))
    socket.once('end', () => socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await proxy.close()
  expect(proxy.open()).toBe(0)
  for (const socket of accepted) socket.destroy()
  server.close()
})

async function dial(plan: ConnectionPlan): Promise<{ client: Socket; received: () => string }> {
  proxy = await startFaultProxy(target, () => plan)
  const client = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1', allowHalfOpen: true })
  let received = ''
  client.on('error', () => {})
  client.setEncoding('utf8').on('data', (text: string) => (received += text))
  client.write('question')
  return { client, received: () => received }
}

async function receives(socket: Socket, received: () => string, text: string): Promise<void> {
  while (received() !== text) await once(socket, 'data')
}

test.each<ConnectionPlan>([{ kind: 'pass' }, { kind: 'trickle', bytes: 20 }, { kind: 'delay', ms: 5 }])(
  'every byte and every close arrives: %o',
  async (plan) => {
    const { client, received } = await dial(plan)
    await receives(client, received, ANSWER.toString())
    client.end()
    await once(client, 'close')
    expect(proxy.open()).toBe(0)
  },
)

test('a reset comes after exactly the planned number of bytes', async () => {
  const { client, received } = await dial({ kind: 'reset', afterBytes: 7 })
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException]
  expect([error.code, received()]).toEqual(['ECONNRESET', 'the ans'])
})

test('a FIN comes after the planned number of bytes', async () => {
  const { client, received } = await dial({ kind: 'fin', afterBytes: 7 })
  await once(client, 'end')
  expect(received()).toBe('the ans')
  client.end()
})

test('after a peer has vanished neither bytes nor its close arrive, until the reset', async () => {
  const { client, received } = await dial({ kind: 'half-open', afterBytes: 3, blocked: 'both', holdMs: 300 })
  await receives(client, received, 'the')
  const [socket] = accepted as [Socket]
  const order: string[] = []
  socket.on('data', () => order.push('data')).on('end', () => order.push('end'))
  socket.once('close', () => order.push('close'))
  client.write('more')
  client.destroy()
  await new Promise((resolve) => socket.once('close', resolve))
  expect(order).toEqual(['close'])
})

test('with the upward direction blocked, data still arrives downward', async () => {
  const { client, received } = await dial({ kind: 'half-open', afterBytes: 3, blocked: 'up', holdMs: 60_000 })
  await receives(client, received, ANSWER.toString())
  client.write('more')
  accepted[0]?.write('!')
  await receives(client, received, `${ANSWER.toString()}!`)
  expect(accepted[0]?.bytesRead).toBe('question'.length)
})

test('a connection that the proxy answers itself never reaches the target', async () => {
  const { client } = await dial({ kind: 'answer', status: 204 })
  expect(await everything(client)).toContain('204 No Content')
  expect(accepted).toEqual([])
})

test('a target that is down is answered with 502', async () => {
  server.close()
  const { client } = await dial({ kind: 'pass' })
  expect(await everything(client)).toContain('502 Bad Gateway')
})
