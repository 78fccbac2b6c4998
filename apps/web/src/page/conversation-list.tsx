import type { ConversationSummary } from '../chat/library.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'

export function ConversationList(props: {
  conversations: readonly ConversationSummary[]
  current: string
  /** Whose answers are being written. */
  writing: ReadonlySet<string>
  onOpen: (id: string) => void
  onNewChat: () => void
  onDelete: (id: string) => void
}) {
  const { conversations, current, writing, onOpen, onNewChat, onDelete } = props

  return (
    <nav
      aria-label="Conversations"
      className="grid min-h-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] gap-3"
    >
      <Button className="justify-start! px-2.5!" onClick={onNewChat}>
        <Icon name="plus" /> New chat
      </Button>
      {conversations.length === 0 ? (
        <p className="px-2.5 text-sm text-quiet">What you ask is kept here, in this browser only.</p>
      ) : (
        <ul
          className="scroll-thin -mr-2 grid auto-rows-min grid-cols-[minmax(0,1fr)] gap-0.5 overflow-y-auto pr-2 pb-2"
          data-testid="conversations"
        >
          {conversations.map(({ id, title }) => (
            <li
              key={id}
              className={`group relative flex items-center rounded-lg ${id === current ? 'bg-accent-soft' : 'hover:bg-sunk'}`}
            >
              <button
                type="button"
                className="flex min-w-0 flex-1 items-center gap-2 rounded-lg px-2.5 py-1.5 text-start text-[0.9375rem]"
                aria-current={id === current ? 'page' : undefined}
                onClick={() => onOpen(id)}
              >
                <span className="truncate">{title}</span>
                {writing.has(id) && (
                  <span className="ml-auto size-2 flex-none rounded-full bg-accent">
                    <span className="sr-only">is being answered</span>
                  </span>
                )}
              </button>
              <IconButton
                icon="trash"
                label={`Delete “${title}”`}
                className="absolute right-0.5 bg-raised opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:static pointer-coarse:bg-transparent pointer-coarse:opacity-100"
                onClick={() => onDelete(id)}
              />
            </li>
          ))}
        </ul>
      )}
    </nav>
  )
}
