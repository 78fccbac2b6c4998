import { WebSocket } from 'ws'

export interface BidiConnection {
  /** Resolves to the command's result. @throws with the browser's message when it fails. */
  send<Result = unknown>(method: string, params: object): Promise<Result>
}

interface Message {
  /** Of the command that is answered; an event has none. */
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: string
  readonly message?: string
}

/** A WebDriver BiDi connection: https://www.w3.org/TR/webdriver-bidi/ */
export async function connectBidi(
  url: string,
  onEvent: (method: string, params: unknown) => void,
): Promise<BidiConnection> {
  const socket = new WebSocket(url)
  await new Promise((onOpen, onError) => {
    socket.addEventListener('open', onOpen)
    socket.addEventListener('error', () => onError(new Error(`no WebDriver BiDi at ${url}`)))
  })
  const pending = new Map<number, (answer: Message) => void>()
  let id = 0
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) pending.get(message.id)?.(message)
    else if (message.method !== undefined) onEvent(message.method, message.params)
  })
  socket.addEventListener('close', () => {
    for (const answer of pending.values()) answer({ error: 'closed', message: 'the browser is gone' })
  })
  return {
    async send(method, params) {
      if (socket.readyState !== socket.OPEN) throw new Error(`${method}: the browser is gone`)
      const command = (id += 1)
      const answer = await new Promise<Message>((onAnswer) => {
        pending.set(command, onAnswer)
        socket.send(JSON.stringify({ id: command, method, params }))
      })
      pending.delete(command)
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error}: ${answer.message}`)
      return answer.result as never
    },
  }
}
