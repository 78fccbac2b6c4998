import { memo, useDeferredValue, useId, useMemo } from 'react'
import { BlockView } from './block-view.tsx'
import { type Blocks, finishBlocks, type Group } from './blocks.ts'
import { useRevealed } from './use-revealed.ts'

/** Groups this close to the end are laid out always: switched on in view, `content-visibility` flickers. */
const NEAR_GROUPS = 3
/** Every part of the page whose layout is skipped is looked after with each frame: so there are few of them. */
const CHAPTER_GROUPS = 4

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
      {chaptersOf(groups, first).map(({ start, groups: its }) => {
        const isFar = start + its.length <= groups.length - NEAR_GROUPS
        return (
          <div
            key={Math.floor(start / CHAPTER_GROUPS)}
            className={isFar ? 'md-chapter md-far' : 'md-chapter'}
          >
            {its.map((group, index) => (
              <GroupView
                key={group.key}
                group={group}
                scope={scope}
                // Inside what is skipped, nothing need be told so of itself.
                far={!isFar && start + index < groups.length - NEAR_GROUPS}
                open={!over && start + index === groups.length - 1}
              />
            ))}
          </div>
        )
      })}
    </>
  )
})

/** From the group at `first` on. `start` is where the chapter's own groups begin in all of them. */
function chaptersOf(groups: readonly Group[], first: number): { start: number; groups: readonly Group[] }[] {
  const chapters = []
  for (let start = first; start < groups.length;) {
    const end = start - (start % CHAPTER_GROUPS) + CHAPTER_GROUPS
    chapters.push({ start, groups: groups.slice(start, end) })
    start = end
  }
  return chapters
}

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
