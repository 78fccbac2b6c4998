import { memo, type ReactNode, useEffect, useRef, useState } from 'react'
import { CopyButton } from '../ui/copy-button.tsx'
import { highlightWhenIdle } from './highlight-when-idle.ts'
import { closeTail } from './markdown/close-tail.ts'
import { codeOf, languageOf } from './markdown/fence.ts'

const NEAR_PIECES = 3

/** A block of code. A long one comes in pieces, of which only the last one changes. */
export function CodeBlock({ sources, open }: { sources: readonly string[]; open: boolean }) {
  const language = languageOf(sources[0] ?? '')
  const last = sources.length - 1

  return (
    <div className="md-code">
      <div className="md-code-bar">
        <span>{language}</span>
        <CopyButton label="Copy code" text={() => sources.map(codeOf).join('\n')} />
      </div>
      {/* Long lines scroll, for which the keyboard needs to get there. */}
      <pre tabIndex={0} aria-label={language === '' ? 'Code' : `Code: ${language}`}>
        <code>
          {sources.map((source, index) => (
            <CodePiece
              // Pieces are only ever added at the end, so the index is their identity.
              // oxlint-disable-next-line react/no-array-index-key
              key={index}
              source={source}
              open={open && index === last}
              // Colouring a fence before its end would be done again with every line.
              language={open ? '' : language}
              far={index < last - NEAR_PIECES}
            />
          ))}
        </code>
      </pre>
    </div>
  )
}

const CodePiece = memo(function CodePiece(props: {
  source: string
  open: boolean
  language: string
  far: boolean
}) {
  const { source, open, language, far } = props
  const element = useRef<HTMLSpanElement>(null)
  const [coloured, setColoured] = useState<ReactNode>()

  useEffect(() => {
    if (!element.current || language === '') return undefined
    return highlightWhenIdle(element.current, { text: codeOf(source), language }, setColoured)
  }, [source, language])

  return (
    <span ref={element} className={far ? 'md-piece md-far' : 'md-piece'}>
      {coloured ?? codeOf(open ? closeTail(source) : source)}
    </span>
  )
})
