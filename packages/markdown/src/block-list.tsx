import { memo, useDeferredValue, useId, useMemo } from 'react'
import { BlockView } from './block-view.tsx'
import { type Blocks, finishBlocks, type Group } from './blocks.ts'
import { closeLast } from './close-last.ts'
import type { MarkdownStatus } from './markdown.tsx'
import { useRevealed } from './use-revealed.ts'

/** Groups this close to the end are laid out always: switched on in view, `content-visibility` flickers. */
const NEAR_GROUPS = 3
/** Every part of the page whose layout is skipped is looked after with each frame: so there are few of them. */
const CHAPTER_GROUPS = 4

interface BlockListProps {
  blocks: Blocks
  status: MarkdownStatus
}

/**
 * Markdown as it arrives. With each update the last two blocks are parsed and rendered; what is finished is
 * not touched again.
 */
export const BlockList = memo(function BlockList({ blocks, status }: BlockListProps) {
  const scope = useId()
  // References that were defined late may change many blocks: they are looked for once the end is on the page, and
  // rendered between other work. Until then the last block stays open, so that its half marks do not flash.
  const finish = useDeferredValue(status !== 'streaming')
  const finished = useMemo(() => {
    if (!finish) return undefined
    const { groups } = finishBlocks(blocks)
    return status === 'truncated' ? closeLast(groups) : groups
  }, [blocks, finish, status])
  const groups = finished ?? blocks.groups
  const first = useRevealed(groups.length)

  return (
    <>
      {chaptersOf(groups, first).map(({ start, groups: its }) => (
        <Chapter
          key={Math.floor(start / CHAPTER_GROUPS)}
          groups={its}
          scope={scope}
          toEnd={groups.length - start}
          open={!finish}
        />
      ))}
    </>
  )
})

interface ChapterProps {
  groups: readonly Group[]
  scope: string
  /** How many groups there are from its first one to the end of the answer. */
  toEnd: number
  /** The last block of the answer is still being written. */
  open: boolean
}

const isFar = ({ groups, toEnd }: ChapterProps) => toEnd - groups.length >= NEAR_GROUPS

const Chapter = memo(
  function Chapter(props: ChapterProps) {
    const { groups, scope, toEnd, open } = props
    const far = isFar(props)

    return (
      <div className={far ? 'md-chapter md-far' : 'md-chapter'}>
        {groups.map((group, index) => (
          <GroupView
            key={group.key}
            group={group}
            scope={scope}
            // Inside what is skipped, nothing need be told so of itself.
            far={!far && toEnd - index > NEAR_GROUPS}
            open={open && toEnd - index === 1}
          />
        ))}
      </div>
    )
  },
  // Of one that is far, the answer may go on without it.
  (a, b) =>
    isFar(a) &&
    isFar(b) &&
    a.groups.length === b.groups.length &&
    a.groups.every((group, index) => group === b.groups[index]),
)

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
