import { renderToStaticMarkup } from 'react-dom/server'
import { BlockList, GroupView } from '../block-list.tsx'
import { type Blocks, finishBlocks } from '../blocks.ts'

/** The HTML of a finished answer. */
export function finishedHtml(blocks: Blocks): string {
  return html(finishBlocks(blocks), false)
}

/** The HTML while the answer is being written. */
export function openHtml(blocks: Blocks): string {
  return html(blocks, true)
}

/** The HTML of an answer that is complete or broke off. */
export function endedHtml(blocks: Blocks, status: 'complete' | 'truncated'): string {
  return renderToStaticMarkup(<BlockList blocks={blocks} status={status} />)
}

function html({ groups }: Blocks, open: boolean): string {
  return renderToStaticMarkup(
    groups.map((group, index) => (
      <GroupView
        key={group.key}
        group={group}
        scope="s"
        offscreen={false}
        open={open && index === groups.length - 1}
      />
    )),
  )
}
