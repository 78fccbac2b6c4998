import { memo } from 'react'
import { usePart } from '../use-part.ts'
import type { GrowingText } from './growing-text.ts'
import './markdown.css'
import { markdownPart } from './markdown-part.ts'

/**
 * An answer, as markdown when that is loaded. Until then, which is rarely so long that there is a text, it is as
 * it came: at once when the file cannot be had, and else after a second, so that marks do not flash.
 */
export function AnswerText(props: {
  text: GrowingText
  over: boolean
  /** It is over, and did not end by itself: half a mark at its end keeps the form it had. */
  brokeOff?: boolean
}) {
  const { text, over, brokeOff = false } = props
  const { module, failed } = usePart(markdownPart)
  if (module) return <module.Markdown text={text} over={over} brokeOff={brokeOff} />
  return (
    <div className={failed ? 'md-unread' : 'md-unread after-a-second'}>
      {text.waiting.map((part, index) => (
        // Parts are only ever added at the end, so the index is their identity.
        // oxlint-disable-next-line react/no-array-index-key
        <Part key={index} text={part} />
      ))}
    </div>
  )
}

const Part = memo(function Part({ text }: { text: string }) {
  return <div>{text}</div>
})
