/*
Markdown for a text that grows, such as an answer that is being streamed. The cost of an update depends on what is
new, not on how long the text is.

    import { Markdown } from '@sluice/markdown'
    import '@sluice/markdown/markdown.css'

    <Markdown text={textSoFar} status="streaming" />

Blocks. The splitter (`blocks.ts`) cuts the text where marked's block lexer says that a paragraph, list or fence ends.
An update reads only the tail: the last two blocks and the new text, since a line can still change the block before it.
Earlier blocks are sealed: they are never lexed again. A block of more than 4 KB is cut inside, at a line, item or row.

Groups. Blocks stand in groups of about 4 KB and groups in chapters of four, all of them memoised components, so React
renders only the last few. What is more than three groups from the end has `content-visibility: auto`: the browser
skips its layout while it is out of view.

Tail. The last block is shown as what it will become (`close-tail.ts`): open marks are closed, half a mark is left out,
a link is its text until its address is complete. So marks never flash.

References. A link or footnote that is defined later is shown as its text at first. When the text has ended, the blocks
that wait for a definition are rendered once more.

Colours. Code is plain while its fence is open. Then highlight.js is loaded, and code is coloured when it first comes
near the viewport, while the page is idle.

Safety. Tokens become React elements, never HTML: tags are shown as text. Links lead to http, https and mailto only,
images become links so that nothing is loaded, and work and nesting are bounded for hostile text. A block that throws
is shown as its source.

What grows with the text, if little: the engine copies the string that `text` is when it was joined from two.
*/
import { useState } from 'react'
import { BlockList } from './block-list.tsx'
import { CodeActionsContext, type CodeActions } from './code-block.tsx'
import { createSplitter } from './create-splitter.ts'

/** Truncated: the text ended early, so half a mark at its end keeps the form that it had while the text grew. */
export type MarkdownStatus = 'streaming' | 'complete' | 'truncated'

/** Markdown, also while it is still being written. What was rendered of a text is not read again when it grows. */
export function Markdown(props: {
  /** All of the text so far. One that does not begin with the text before it is read from its start. */
  text: string
  status: MarkdownStatus
  /** Renders what stands in the bar over each block of code, such as a button to copy it. Default: nothing. */
  codeActions?: CodeActions
}) {
  const { text, status, codeActions } = props
  const [split] = useState(createSplitter)

  return (
    <CodeActionsContext value={codeActions}>
      <BlockList blocks={split(text)} status={status} />
    </CodeActionsContext>
  )
}
