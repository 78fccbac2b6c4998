import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Streamdown } from 'streamdown'
import { Chat } from './chat.tsx'

/** An answer with these libraries: its whole text in a state, set ten times a second. */
function Answer({ library }: { library: string }) {
  const [text, setText] = useState('')
  const [commits, setCommits] = useState(0)
  const [done, setDone] = useState(false)

  useEffect(() => {
    window.feed = (full, charsPerSecond) => {
      const started = performance.now()
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - started) / 1000) * charsPerSecond)
        setText(full.slice(0, due))
        setCommits((count) => count + 1)
        const view = document.querySelector('main')
        if (view) view.scrollTop = view.scrollHeight
        if (due < full.length) return
        clearInterval(timer)
        setDone(true)
      }, 100)
    }
  }, [])

  return (
    <article
      data-testid="answer"
      data-status={done ? 'done' : 'streaming'}
      data-commits={commits}
      data-position={text.length}
    >
      {library === 'streamdown' ? (
        <Streamdown>{text}</Streamdown>
      ) : (
        <Markdown remarkPlugins={[remarkGfm]}>{text}</Markdown>
      )}
    </article>
  )
}

declare global {
  interface Window {
    feed: (text: string, charsPerSecond: number) => void
  }
}

const root = document.getElementById('root')
const peer = location.hash.slice(1)
if (root) createRoot(root).render(peer === 'ai-sdk' ? <Chat /> : <Answer library={peer} />)
