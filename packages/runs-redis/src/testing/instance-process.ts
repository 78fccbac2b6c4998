/** An {@link Instance} in a process of its own, started by `spawnInstance`, which has its records. */
import { Instance } from './instance.ts'
import type { InstanceRecords } from './shared-records.ts'

export interface FromParent {
  /** The answer to a call of the records. */
  readonly answer?: { readonly id: number; readonly value: unknown }
  readonly order?: { readonly method: 'start' | 'read' | 'finish' | 'stop' | 'close'; readonly runId: string }
}

const [name = '', url = ''] = process.argv.slice(2)
const calls = new Map<number, (value: unknown) => void>()
let lastCall = 0

const send = (message: object) => process.connected && process.send?.(message)

const records = new Proxy({} as InstanceRecords, {
  get:
    (_, method) =>
    (...args: unknown[]) =>
      new Promise((resolve) => {
        calls.set(++lastCall, resolve)
        send({ call: { id: lastCall, method, args } })
      }),
})

let isTold = false
let isClosed = false
const instance = new Instance({
  name,
  url,
  records,
  onChange: () => {
    if (isTold) return
    isTold = true
    setImmediate(() => {
      isTold = false
      send({ state: instance.state })
    })
  },
})

// The test has failed.
process.on('disconnect', () => isClosed || process.exit())
process.on('message', async ({ answer, order }: FromParent) => {
  if (answer) {
    calls.get(answer.id)?.(answer.value)
    calls.delete(answer.id)
  }
  if (!order) return
  if (order.method === 'close') {
    await instance.close()
    send({ state: instance.state })
    // Nothing is left, so the process ends.
    isClosed = true
    process.disconnect()
  } else await instance[order.method](order.runId)
})
