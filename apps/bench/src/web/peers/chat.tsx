import { DefaultChatTransport, readUIMessageStream, type UIMessage } from 'ai'
import { useEffect, useLayoutEffect, useState } from 'react'
import { Streamdown } from 'streamdown'

const textOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? ''

/** A chat for one question with the AI SDK: its transport, its stream reader, and a state update for every message. */
export function Chat() {
  const [answer, setAnswer] = useState<UIMessage>()
  const [commits, setCommits] = useState(0)
  const [done, setDone] = useState(false)

  useEffect(() => {
    window.ask = async (server, prompt) => {
      const transport = new DefaultChatTransport({
        api: `${server}/chat`,
        prepareSendMessagesRequest: ({ messages }) => ({ body: { prompt: textOf(messages.at(-1)) } }),
      })
      const stream = await transport.sendMessages({
        trigger: 'submit-message',
        chatId: 'chat',
        messageId: undefined,
        messages: [{ id: 'question', role: 'user', parts: [{ type: 'text', text: prompt }] }],
        abortSignal: undefined,
      })
      for await (const message of readUIMessageStream({ stream })) {
        setAnswer(message)
        setCommits((count) => count + 1)
      }
      setDone(true)
    }
  }, [])

  useLayoutEffect(() => {
    const view = document.querySelector('main')
    if (view) view.scrollTop = view.scrollHeight
  })

  const text = textOf(answer)
  return (
    <article
      data-testid="answer"
      data-status={done ? 'done' : 'streaming'}
      data-commits={commits}
      data-position={text.length}
    >
      <Streamdown>{text}</Streamdown>
    </article>
  )
}

declare global {
  interface Window {
    ask: (server: string, prompt: string) => Promise<void>
  }
}
