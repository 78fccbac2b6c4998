import { BlockList } from './block-list.tsx'
import type { Blocks } from './blocks.ts'

/** Claude's thinking, apart from the answer: open while it thinks, folded away once it writes. */
export function Thinking({ blocks, active }: { blocks: Blocks; active: boolean }) {
  return (
    <details className="thinking" open={active} data-testid="thinking">
      <summary>
        {active ? 'Thinking' : 'Thought before answering'}
        {active && <span className="dots" aria-hidden="true" />}
      </summary>
      <div className="thinking-text">
        <BlockList blocks={blocks} />
      </div>
    </details>
  )
}
