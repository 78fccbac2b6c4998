import { type ComponentType, useState } from 'react'
import { BlockList } from './block-list.tsx'
import { CodeActionsContext, type CodeActionsProps } from './code-block.tsx'
import { createSplitter } from './create-splitter.ts'

/** Truncated: the text ended early, so half a mark at its end keeps the form that it had while the text grew. */
export type MarkdownStatus = 'streaming' | 'complete' | 'truncated'

/** Markdown, also while it is still being written. What was rendered of a text is not read again when it grows. */
export function Markdown(props: {
  /** All of the text so far. One that does not begin with the text before it is read from its start. */
  text: string
  status: MarkdownStatus
  /** What to show in the bar over each block of code, such as a button to copy it. Default: nothing. */
  codeActions?: ComponentType<CodeActionsProps>
}) {
  const { text, status, codeActions } = props
  const [split] = useState(createSplitter)

  return (
    <CodeActionsContext value={codeActions}>
      <BlockList blocks={split(text)} status={status} />
    </CodeActionsContext>
  )
}
