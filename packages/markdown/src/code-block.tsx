import { createContext, memo, type ReactNode, use, useEffect, useRef } from 'react'
import { highlightWhenNear } from './highlight-when-near.ts'
import { closeTail } from './lexer/close-tail.ts'
import { codeOf, codeOfPieces, languageOf } from './lexer/fence.ts'

const NEAR_PIECES = 3

/** Renders the controls in the bar above a block of code. `code` returns the current code. */
export type CodeActions = (code: () => string) => ReactNode

export const CodeActionsContext = createContext<CodeActions | undefined>(undefined)

/** A block of code. A long one has several pieces, of which only the last one changes. */
export function CodeBlock({ sources, open }: { sources: readonly string[]; open: boolean }) {
  const renderActions = use(CodeActionsContext)
  const language = languageOf(sources[0] ?? '')
  const last = sources.length - 1

  return (
    <div className="md-code">
      <div className="md-code-bar">
        <span>{language}</span>
        {renderActions?.(() => codeOfPieces(sources))}
      </div>
      {/* Focusable, so that long lines can be scrolled with the keyboard. */}
      <pre tabIndex={0} aria-label={language === '' ? 'Code' : `Code: ${language}`}>
        <code>
          {sources.map((source, index) => (
            <CodePiece
              // Pieces are only ever added at the end, so the index is their identity.
              // oxlint-disable-next-line react/no-array-index-key
              key={index}
              source={source}
              open={open && index === last}
              // An open fence is not coloured: it would have to be coloured again with every line.
              language={open ? '' : language}
              offscreen={index < last - NEAR_PIECES}
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
  offscreen: boolean
}) {
  const { source, open, language, offscreen } = props
  const element = useRef<HTMLSpanElement>(null)

  useEffect(() => {
    if (!element.current || language === '') return undefined
    return highlightWhenNear(element.current, language)
  }, [language])

  return (
    <span ref={element} className={offscreen ? 'md-piece md-offscreen' : 'md-piece'}>
      {codeOf(open ? closeTail(source) : source)}
    </span>
  )
})
