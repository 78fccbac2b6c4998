import { memo, useDeferredValue, useId, useMemo } from 'react'
import { BlockView } from './block-view.tsx'
import { type Blocks, finishBlocks, type Group } from './blocks.ts'
import { closeLast } from './close-last.ts'
import type { MarkdownStatus } from './markdown.tsx'
import { useRevealed } from './use-revealed.ts'

/** Groups this close to the end are always laid out: `content-visibility` flickers when it is turned on in view. */
const NEAR_GROUPS = 3
/** The browser checks every element with `content-visibility` in each frame, so groups are joined to chapters. */
const CHAPTER_GROUPS = 4

interface BlockListProps {
  blocks: Blocks
  status: MarkdownStatus
}

/** The blocks of a text that grows. An update parses and renders the last two blocks; earlier ones stay as they are. */
export const BlockList = memo(function BlockList({ blocks, status }: BlockListProps) {
  const scope = useId()
  // References that were defined late may change many blocks. They are resolved after the end has been painted, in a
  // deferred render. Until then the last block stays open, so that its open marks do not flash.
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
      {chaptersOf(groups, first).map(({ start, groups: chapter }) => (
        <Chapter
          key={Math.floor(start / CHAPTER_GROUPS)}
          groups={chapter}
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
  /** Number of groups from the chapter's first one to the end of the answer. */
  toEnd: number
  /** The last block of the answer is still being written. */
  open: boolean
}

const isOffscreen = ({ groups, toEnd }: ChapterProps) => toEnd - groups.length >= NEAR_GROUPS

const Chapter = memo(
  function Chapter(props: ChapterProps) {
    const { groups, scope, toEnd, open } = props
    const offscreen = isOffscreen(props)

    return (
      <div className={offscreen ? 'md-chapter md-offscreen' : 'md-chapter'}>
        {groups.map((group, index) => (
          <GroupView
            key={group.key}
            group={group}
            scope={scope}
            // Inside an offscreen chapter, groups need no `content-visibility` of their own.
            offscreen={!offscreen && toEnd - index > NEAR_GROUPS}
            open={open && toEnd - index === 1}
          />
        ))}
      </div>
    )
  },
  // An offscreen chapter is rendered again only when its own groups change.
  (a, b) =>
    isOffscreen(a) &&
    isOffscreen(b) &&
    a.groups.length === b.groups.length &&
    a.groups.every((group, index) => group === b.groups[index]),
)

/** The chapters from the group at index `first` on. `start` is the index of a chapter's first group. */
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
  offscreen: boolean
  /** Its last block is still being written. */
  open: boolean
}) {
  const { group, scope, offscreen, open } = props

  return (
    <div className={offscreen ? 'md-group md-offscreen' : 'md-group'}>
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
