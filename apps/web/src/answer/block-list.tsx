import { memo, useDeferredValue, useId, useMemo } from 'react'
import { BlockView } from './block-view.tsx'
import { type Blocks, finishBlocks, type Group } from './blocks.ts'
import { useRevealed } from './use-revealed.ts'

/** Groups this close to the end are laid out always: switched on in view, `content-visibility` flickers. */
const NEAR_GROUPS = 3

/**
 * Markdown as it arrives. With each update the last two blocks are parsed and rendered; what is finished is
 * not touched again.
 */
export const BlockList = memo(function BlockList({ blocks, over }: { blocks: Blocks; over: boolean }) {
  const scope = useId()
  const finished = useMemo(() => (over ? finishBlocks(blocks).groups : undefined), [blocks, over])
  // References that were defined late may change many blocks, which React does between other work.
  const groups = useDeferredValue(finished) ?? blocks.groups
  const first = useRevealed(groups.length)

  return (
    <>
      {groups.slice(first).map((group, index) => (
        <GroupView
          key={group.key}
          group={group}
          scope={scope}
          far={first + index < groups.length - NEAR_GROUPS}
          open={!over && first + index === groups.length - 1}
        />
      ))}
    </>
  )
})

export const GroupView = memo(function GroupView(props: {
  group: Group
  scope: string
  /** Its layout is skipped while it is out of view. */
  far: boolean
  /** Its last block is still being written. */
  open: boolean
}) {
  const { group, scope, far, open } = props

  return (
    <div className={far ? 'md-group md-far' : 'md-group'}>
      {group.blocks.map((block, index) => (
        <BlockView
          key={block.key}
          pieces={block.pieces}
          scope={scope}
          open={open && index === group.blocks.length - 1}
        />
      ))}
    </div>
  )
})
