import { BlockList } from './block-list.tsx'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'
import type { GrowingText } from './growing-text.ts'
import { warmUp, warmUpLexer } from './warm-up.tsx'

// Whoever loads this goes on after it.
await warmUpLexer()

export { warmUp }

/** An answer as markdown, also while it is still being written. */
export function Markdown(props: { text: GrowingText; over: boolean; brokeOff: boolean }) {
  const { text, over, brokeOff } = props
  const blocks = text.blocks((before = EMPTY_BLOCKS, added) => appendText(before, added))
  return <BlockList blocks={blocks} over={over} brokeOff={brokeOff} />
}
