import type { ChildProcess } from 'node:child_process'

interface Call {
  readonly call: number
  readonly op: string
  readonly input: unknown
}
interface Reply {
  readonly reply: number
  readonly result?: unknown
  readonly error?: string
}

export type Operations = Record<string, (input: never) => unknown>

/** The operations of a child process, as its parent calls them. */
export type Remote<Api> = {
  readonly [Op in keyof Api]: Api[Op] extends (...input: infer Input) => infer Output
    ? (...input: Input) => Promise<Awaited<Output>>
    : never
}

/** Answers the parent's calls over the IPC channel, and exits with the parent. */
export function answerCalls(operations: Operations): void {
  process.on('message', (message) => {
    if (isCall(message)) void answer(operations, message)
  })
  process.on('disconnect', () => process.exit(0))
}

async function answer(operations: Operations, { call, op, input }: Call): Promise<void> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller's types are checked by `Remote`
    const result = await operations[op]?.(input as never)
    process.send?.({ reply: call, result } satisfies Reply)
  } catch (error) {
    process.send?.({
      reply: call,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    } satisfies Reply)
  }
}

/** Calls the operations that a child has passed to `answerCalls`. Open calls are rejected when it exits. */
export function remote<Api>(child: ChildProcess, name: string): Remote<Api> {
  const open = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  let calls = 0
  child.on('message', (message) => {
    if (!isReply(message)) return
    const call = open.get(message.reply)
    open.delete(message.reply)
    if (message.error === undefined) call?.resolve(message.result)
    else call?.reject(new Error(`${name}: ${message.error}`))
  })
  child.once('exit', (code) => {
    for (const { reject } of open.values()) reject(new Error(`${name} exited with ${code}`))
  })
  const handler: ProxyHandler<object> = {
    get: (_target, op) => (input: unknown) =>
      new Promise((resolve, reject) => {
        const call = (calls += 1)
        open.set(call, { resolve, reject })
        child.send({ call, op: String(op), input } satisfies Call, (error) => error && reject(error))
      }),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name is answered by the child
  return new Proxy({}, handler) as Remote<Api>
}

function isCall(message: unknown): message is Call {
  return typeof message === 'object' && message !== null && 'call' in message && 'op' in message
}

function isReply(message: unknown): message is Reply {
  return typeof message === 'object' && message !== null && 'reply' in message
}
