import { renderToStaticMarkup } from 'react-dom/server'
import { BlockList, GroupView } from '../block-list.tsx'
import { type Blocks, finishBlocks } from '../blocks.ts'

/** The document of a finished answer. */
export function finishedHtml(blocks: Blocks): string {
  return html(finishBlocks(blocks), false)
}

/** What is on the page while the answer goes on. */
export function openHtml(blocks: Blocks): string {
  return html(blocks, true)
}

/** The document of an answer that ended, by itself or not. */
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
        far={false}
        open={open && index === groups.length - 1}
      />
    )),
  )
}
